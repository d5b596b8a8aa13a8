"""The configuration: every mistake at once, by name, with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.app.config import ConfigWrong, load

GOOD = '[terminal]\nfolder = "x"\n'


def test_defaults(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD)
    config = load(path)
    assert config.printer.width_dots == 576 and config.printer.address == "" and config.folder == Path("x")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        '[printer]\nwidth_dots = "wide"\nadress = "x"\n[payment]\naddress = "nowhere"\n'
        '[screen]\nshape = "round"\n[central]\nurl = "ftp://x"\n[coffee]\ncups = 2\n'
    )
    with pytest.raises(ConfigWrong) as told:
        load(path)
    for word in (
        "[printer] width_dots = 'wide' must be a whole number",
        "[printer] adress is not known",
        "[payment] address = 'nowhere' must be HOST:PORT",
        "shape = 'round' must be portrait, landscape or window",
        "url = 'ftp://x' must begin with http:// or https://",
        "[coffee] is not a section",
        "[terminal] folder is missing",
    ):
        assert word in str(told.value)


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigWrong, match="there is no such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[terminal\n")
    with pytest.raises(ConfigWrong, match=r"bad\.toml"):
        load(tmp_path / "bad.toml")
