// Cuts a stream of ccTalk bytes into frames with the parser of the serialport project.
// Arguments: a file of hex lines, each a piece of the stream as it arrives. Prints the frames as hex, JSON.
const fs = require("fs");
const { CCTalkParser } = require("@serialport/parser-cctalk");

const parser = new CCTalkParser(0); // pieces have no times here
const frames = [];
parser.on("data", (frame) => frames.push(frame.toString("hex")));
for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
  if (line) parser.write(Buffer.from(line, "hex"));
}
parser.end(() => console.log(JSON.stringify(frames)));
