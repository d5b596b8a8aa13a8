"""Gates of one network tell each other who came in, and pass on what central signed, without a server."""
