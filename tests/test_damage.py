"""What is broken in one place costs nothing else: lines, bytes, archives and folders that once stopped a run."""

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from cleaner import clean_text, run
from cleaner.cli import main
from cleaner.config import Config, Rules
from cleaner.dedup.bands import prune_loss
from cleaner.edits import apply
from cleaner.errors import ConfigError, EngineError, InputError
from cleaner.ingest.archives import members
from cleaner.ingest.compressed import Budget
from cleaner.ingest.decode import decode
from cleaner.ingest.page import is_page
from cleaner.ingest.repair import mojibake
from cleaner.ingest.separators import lone_signs
from cleaner.lines import lines
from cleaner.store.manifest import work_area

SAID = "同志们：\n今天召开全镇春灌动员会，主要任务是安排渠道清淤和水泵检修，请各村抓紧时间落实。"


@pytest.mark.parametrize("line", ["讲话稿十十", "第十十页", "第十页十", "之十十十"])
def test_what_looks_like_a_number_and_is_none_stops_nothing(line: str) -> None:
    assert clean_text(f"{line}\n{SAID}").endswith(SAID)


def test_a_blank_of_a_form_is_read_in_no_time() -> None:
    """Each sign more doubled what it took; 3,000 would never have ended."""
    assert lone_signs(lines(f"{SAID}\n{'_' * 3000}（签字）\n{SAID}")) == set()


def test_comments_before_a_page_are_read_in_no_time() -> None:
    assert not is_page(b"<!---->" * 500 + b"# x")
    assert is_page(b"<!-- a --> <!-- b -->\n<!doctype html><html>")


def test_what_mends_a_line_gives_the_line_mended() -> None:
    """A character that the damage has by chance too, and what is put in behind it."""
    said = "庄稼能不能按时喝上水"
    broken = said.encode().decode("gb18030")
    assert apply(broken, list(mojibake(broken))) == said


def test_a_mark_of_byte_order_read_as_letters_keeps_no_title_from_being_mended() -> None:
    said = f"在全镇春灌动员会上的讲话\n{SAID}"
    assert clean_text(f"\ufeff{said}".encode().decode("latin-1")) == said


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_one_broken_unit_of_utf_16_costs_one_character(encoding: str) -> None:
    mark = "\ufeff".encode(encoding)
    half = b"\x00\xd8" if encoding == "utf-16-le" else b"\xd8\x00"
    text = decode("a.txt", mark + SAID.encode(encoding) + half + SAID.encode(encoding)).text
    assert text.lstrip("\ufeff") == f"{SAID}\ufffd{SAID}"


def test_half_a_pair_is_no_character() -> None:
    assert "\ud83d" not in clean_text(f"{SAID}\ud83d第二，要新建××座水库。")


def test_a_member_larger_than_any_file_ends_the_archive() -> None:
    info = tarfile.TarInfo("a.txt")
    info.size = 1 << 60
    data = info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024
    found = [(member.name, member.reason) for member in members(io.BytesIO(data), ".tar", Budget(1 << 20, 100))]
    assert found == [(None, "broken-archive")]


def test_a_member_without_a_name_ends_nothing() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in ("a.txt", "", "b.txt"):
            archive.addfile(tarfile.TarInfo(name))
    file.seek(0)
    found = [(member.name, member.reason) for member in members(file, ".tar", Budget(1 << 20, 100))]
    assert found == [("a.txt", None), ("", None), ("b.txt", None)]


def test_the_holes_of_a_sparse_member_are_not_read() -> None:
    """64 GB of nothing that 512 bytes declare, which no budget saw."""
    info = tarfile.TarInfo("a.txt")
    info.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"00000000000\0" * 2  # one piece of no bytes
    header[483:495] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    found = list(members(io.BytesIO(bytes(header) + b"\0" * 1024), ".tar", Budget(1 << 20, 100)))
    assert [(member.name, member.reason, member.stream) for member in found] == [("a.txt", "special-file", None)]


def test_a_zip_with_a_name_that_is_not_what_its_flag_says_is_set_aside_for_that() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("渠.txt", SAID)  # "channel"
    data = file.getvalue().replace("渠".encode(), b"\xe6\xb8\xff")
    (found,) = members(io.BytesIO(data), ".zip", Budget(1 << 20, 100))
    assert (found.name, found.reason) == (None, "name-not-utf8")


def test_a_time_code_behind_the_sign_of_a_heading_goes_whole() -> None:
    text = clean_text(f"# 00:07 在全镇春灌动员会上的讲话\n01:15 {SAID}\n02:48 散会。")
    assert text == f"在全镇春灌动员会上的讲话\n{SAID}\n散会。"


def test_folders_may_be_nested_deeper_than_python_calls(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    folders = [raw, *(raw / "/".join(["d"] * depth) for depth in range(1, 1101))]
    for folder in folders:
        folder.mkdir()
    (folders[-1] / "a.txt").write_text(f"在春灌动员会上的讲话\n{SAID * 5}", "utf-8")
    run(raw, tmp_path / "out")
    assert pq.read_table(tmp_path / "out" / "sources").num_rows == 1
    (folders[-1] / "a.txt").unlink()
    for folder in reversed(folders):  # what removes them else calls itself
        folder.rmdir()


@pytest.mark.parametrize("manifest", ['{"name": "my web app"}', "[]", "no JSON"])
def test_a_manifest_of_another_program_makes_no_result_of_a_folder(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, "utf-8")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.html").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="cleaner did not write"), work_area(tmp_path):
        pass
    assert (tmp_path / "report" / "mine.html").read_text("utf-8") == "mine"


def test_the_loss_of_thousands_of_permutations_is_a_number() -> None:
    assert 0.0 <= prune_loss(0.6, 0.4, 4096) < prune_loss(0.6, 0.4, 128) < 1e-12
    assert json.dumps([prune_loss(1.0, 0.4, 128), prune_loss(0.0, 0.4, 128)]) == "[0.0, 1.0]"


def test_a_cell_that_is_no_utf_8_costs_only_itself(tmp_path: Path) -> None:
    said = [f"在第{i}次春灌会上的讲话\n{SAID * 5}".encode() for i in range(100)]
    cells = pa.array([*said[:50], b"\xff\xfe", *said[50:]], pa.binary())
    (tmp_path / "raw").mkdir()
    table = pa.table({"text": pa.Array.from_buffers(pa.string(), len(cells), cells.buffers())})
    pq.write_table(table, tmp_path / "raw" / "a.parquet")
    run(tmp_path / "raw", tmp_path / "out")
    status = pq.read_table(tmp_path / "out" / "sources").column("status").to_pylist()
    assert status.count("clean") == 100
    assert pq.read_table(tmp_path / "out" / "rejected").column("reason").to_pylist() == ["broken-row"]


def test_a_column_that_a_part_lacks_may_be_null(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    numbered = pa.schema([pa.field("text", pa.string()), pa.field("n", pa.int64(), nullable=False)])
    pq.write_table(pa.table({"text": [SAID], "n": [1]}, schema=numbered), tmp_path / "parts" / "a.parquet")
    pq.write_table(pa.table({"text": ["谢谢大家"]}), tmp_path / "parts" / "b.parquet")
    assert (
        CliRunner().invoke(main, ["dedupe", str(tmp_path / "parts"), str(tmp_path / "out"), "--text", "text"]).exit_code
        == 0
    )
    assert pq.read_table(tmp_path / "out" / "kept").column("n").to_pylist() == [1, None]


def test_a_paragraph_said_twice_goes_twice(tmp_path: Path) -> None:
    """Of a speech that says twice what another says, no copy stays."""
    said = (
        "一要抓紧清淤渠道，把全镇十二条支渠分段包干到村到组到人，清明以前全部完工，验收以后马上放水，确保头茬秧苗"
        "按时喝上水，哪一段慢了就在哪一段现场开会，谁的责任谁来说清楚，说不清楚的就地整改到位。"
    )
    other = said.replace("清明", "谷雨")
    rest = [
        f"第{i}次会议讨论了{word}，形成三条意见，请办公室发给每一个村。" for i, word in enumerate("渠泵闸机种肥路桥")
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    long = ["在春灌会上的讲话", "同志们：", *rest, said]
    short = ["在冬修会上的讲话", "同志们：", "第一，今天先看两个点。", other, "第二，再听一个发言。", other]
    for name, rows in (("a.txt", long), ("b.txt", short)):
        (raw / name).write_text("\n".join(rows), "utf-8")
    run(raw, tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "paragraphs").to_pylist()
    assert [row["kept"] for row in rows if row["speech_id"] == "b.txt#0"] == [True, True, True, False, True, False]


def test_columns_of_views_are_read_as_what_parquet_holds(tmp_path: Path) -> None:
    """Arrow picks no rows of views: the tables could not be written."""
    columns = {"text": pa.array([SAID, SAID], pa.string_view()), "bytes": pa.array([b"a", b"b"], pa.binary_view())}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    done = CliRunner().invoke(main, ["dedupe", str(tmp_path / "in.parquet"), str(tmp_path / "out"), "--text", "text"])
    assert done.exit_code == 0, done.output
    assert pq.read_table(tmp_path / "out" / "kept")["bytes"].to_pylist() == [b"a"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a folder with one speech in `raw`."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(SAID * 2, "utf-8")
    return tmp_path


def test_a_program_that_fails_on_everything_leaves_the_last_corpus(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One source costs only itself; all of them, none left, is a broken installation and no result."""
    raw, out = small / "raw", small / "out"
    run(raw, out, workers=1)
    before = (out / "manifest.json").read_bytes()

    def failing(text: str) -> str | None:
        raise KeyError("十十")

    monkeypatch.setattr("cleaner.clean.speech_title", failing)
    (raw / "a.txt").write_text(SAID * 3, "utf-8")
    with pytest.raises(EngineError, match="KeyError: '十十'"):
        run(raw, out, workers=1)
    assert (out / "manifest.json").read_bytes() == before
    (raw / "b.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(EngineError, match="on 1 sources"):
        run(raw, out, workers=1)


def test_the_page_of_a_run_without_one_is_built_when_it_is_asked_for(small: Path) -> None:
    config, out = small / "cleaner.toml", small / "out"
    config.write_text("[output]\nreport = false\n", "utf-8")
    done = CliRunner().invoke(main, ["run", str(small / "raw"), str(out), "--config", str(config)])
    assert done.exit_code == 0 and "index.html" not in done.output
    assert "index.html" not in (out / "README.md").read_text("utf-8")
    assert CliRunner().invoke(main, ["report", str(out)]).exit_code == 0
    assert (out / "report" / "index.html").is_file()


@pytest.mark.parametrize("command", ["report", "verify", "diff"])
def test_a_manifest_that_lacks_its_config_is_an_error_that_says_so(small: Path, command: str) -> None:
    out = small / "out"
    run(small / "raw", out)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    del manifest["config"]
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    done = CliRunner().invoke(main, [command, str(out), *([str(out)] if command == "diff" else [])])
    assert done.exit_code == 1 and "no config" in done.output and isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("given", [{"workers": -1}, {"sample": 0}])
def test_numbers_below_one_are_refused(small: Path, given: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        run(small / "raw", small / "out", **given)


def test_a_folder_of_rules_may_have_a_name_that_is_not_utf_8(small: Path) -> None:
    packs = Path(os.fsdecode(os.fsencode(small) + b"/\xff"))
    packs.mkdir()
    settings = Config(rules=Rules(packs=(str(packs),)))
    run(small / "raw", small / "out", settings)
    manifest = json.loads((small / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["config"]["rules"]["packs"] == [str(packs)]
