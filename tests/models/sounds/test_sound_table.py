"""Tables beside the sounds, as spreadsheets, editors and other programs write them."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.sounds.audio_folder import Clip, find_clips

KEYS = ("m060.wav", "m061.wav", "m062.wav")
PLAIN = "file,pitch,instrument\nm060.wav,50,Flügel\nm061.wav,51,Flügel\nm062.wav,52,Flügel\n"
FLUEGEL = [(name, "Flügel", float(pitch)) for name, pitch in zip(KEYS, (50, 51, 52), strict=True)]


def folder_with(folder: Path, table: str | bytes, names: Iterable[str] = KEYS) -> Path:
    """Write a folder of empty sounds and a table."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    data = table.encode() if isinstance(table, str) else table
    (folder / "metadata.csv").write_bytes(data)
    return folder


def read(folder: Path, table: str | bytes, names: Iterable[str] = KEYS) -> list[Clip]:
    return find_clips(folder_with(folder, table, names), say=lambda line: None)


def told(folder: Path) -> list[str]:
    said: list[str] = []
    find_clips(folder, say=said.append)
    return said


FORMS = {
    "plain": PLAIN.encode(),
    "mark of UTF-8": PLAIN.encode("utf-8-sig"),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16, other end first": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-32": PLAIN.encode("utf-32"),
    "old Windows": PLAIN.encode("cp1252"),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "semicolons, said": ("sep=;\r\n" + PLAIN.replace(",", ";")).encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "tabs in UTF-16": PLAIN.replace(",", "\t").encode("utf-16"),
    "bars": PLAIN.replace(",", "|").encode(),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "CR": PLAIN.replace("\n", "\r").encode(),
    "no last line end": PLAIN.strip().encode(),
    "capitals and blanks": PLAIN.replace("file,pitch", " File Name ,PITCH").encode(),
    "file_name": PLAIN.replace("file,", "file_name,").encode(),
    "path": PLAIN.replace("file,", "Path,").encode(),
    "an own word for files": PLAIN.replace("file,", "Aufnahme,").encode(),
    "midi": PLAIN.replace("pitch", "MIDI note").encode(),
    "blank rows": PLAIN.replace("\n", "\n,,\n\n").encode(),
    "dots and slashes": PLAIN.replace("m06", "./m06").encode(),
    "backslashes": PLAIN.replace("m06", ".\\m06").encode(),
    "another machine": PLAIN.replace("m06", "C:\\Users\\me\\sounds\\m06").encode(),
    "no suffix": PLAIN.replace(".wav", "").encode(),
    "another suffix": PLAIN.replace(".wav", ".aiff").encode(),
    "capital suffix": PLAIN.replace(".wav", ".WAV").encode(),
    "quotes": PLAIN.replace("Flügel", '"Flügel"').encode(),
    "note names": PLAIN.replace(",50", ",D3").replace(",51", ",d#3").replace(",52", ",E3").encode(),
    "decimal commas": PLAIN.replace(",", ";").replace("50", "50,0").encode(),
    "a title above": ("My piano,,\n\n" + PLAIN).encode(),
    "remarks": ("# exported\n" + PLAIN + "# the end, or nearly\n").encode(),
    "Markdown": b"| file | pitch | instrument |\n|:--|---|---|\n"
    + "".join(f"| {n} | {p} | Flügel |\n" for n, _, p in FLUEGEL).encode(),
    "marks that nobody sees": PLAIN.replace(",5", ",\u200b5").replace("\n", "\ufeff\n").encode(),
    "an index before": ("," + PLAIN).replace("\nm", "\n7,m").encode(),
    "names of the web": PLAIN.replace("m06", "%6D06").encode(),
    "twice": (PLAIN + "m060.wav,99,other\n").encode(),
    "a column more": PLAIN.replace("\n", ",\n").encode(),
}


@pytest.mark.parametrize("table", FORMS.values(), ids=FORMS)
def test_a_table_says_the_same_in_every_form(tmp_path: Path, table: bytes) -> None:
    clips = read(tmp_path, table)
    assert [(clip.path.name, clip.instrument, clip.pitch) for clip in clips] == FLUEGEL


def test_a_line_break_in_quotes_is_part_of_a_cell(tmp_path: Path) -> None:
    table = 'file,remark,pitch\nm060.wav,"two\nlines, one cell",50\nm061.wav,"a ""word""",51\n'
    clips = read(tmp_path, table, KEYS[:2])
    assert [clip.pitch for clip in clips] == [50, 51]
    assert clips[0].facts["remark"] == "two\nlines, one cell"


def test_a_lone_quote_swallows_no_rows(tmp_path: Path) -> None:
    table = 'file,remark,pitch\nm060.wav,"7 inch,50\nm061.wav,plain,51\nm062.wav,plain,52\n'
    assert [clip.pitch for clip in read(tmp_path, table)] == [50, 51, 52]


@pytest.mark.parametrize("place", ["", "wavs/"])
def test_speech_corpora_without_a_header_are_read(tmp_path: Path, place: str) -> None:
    table = 'LJ001-0001|Printing, in "the|Printing, in the\nLJ001-0002|"not|in being\n'
    names = [f"{place}LJ001-000{n}.wav" for n in (1, 2)]
    clips = read(tmp_path, table, names)
    assert [clip.path for clip in clips] == [tmp_path / name for name in names]
    assert told(tmp_path) == ["metadata.csv has no header: it only lists the files to use"]


@pytest.mark.parametrize(("disk", "row"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_accents_are_the_same_composed_or_not(tmp_path: Path, disk: str, row: str) -> None:
    name = "Séquence_Ä.wav"
    table = "file,pitch\n" + unicodedata.normalize(row, name) + ",60\n"
    assert read(tmp_path, table, [unicodedata.normalize(disk, name)])[0].pitch == 60


def test_old_encodings_are_told_apart_by_the_files_they_name(tmp_path: Path) -> None:
    table = "file,pitch\nFlügel_é.wav,60\n".encode("mac_roman")
    assert read(tmp_path, table, ["Flügel_é.wav"])[0].pitch == 60
    assert told(tmp_path) == ["metadata.csv is not UTF-8: read as mac_roman"]


@pytest.mark.parametrize(
    ("cells", "velocities"),
    [
        (("0.25", "0,5", "1"), (0.25, 0.5, 1)), (("127", "0", "64"), (1, 0, 64 / 127)),
        (("1", "1", "1"), (1, 1, 1)), (("50%", "100 %", ""), (0.5, 1, None)),
        (("mf", "pp", "FF"), (2 / 3, 1 / 3, 1)), (("n/a", "-", "nan"), (None, None, None)),
    ],
)  # fmt: skip
def test_velocities_are_read_in_their_scale(
    tmp_path: Path, cells: tuple[str, ...], velocities: tuple[float | None, ...]
) -> None:
    rows = "".join(f"{name};{cell}\n" for name, cell in zip(KEYS, cells, strict=True))
    clips = read(tmp_path, f"file;velocity\n{rows}")
    assert [clip.velocity for clip in clips] == pytest.approx(list(velocities))


def test_a_remark_called_note_is_no_pitch(tmp_path: Path) -> None:
    clips = read(tmp_path, "file,note\nm060.wav,good\nm061.wav,\nm062.wav,A4 in the end\n")
    assert [clip.pitch for clip in clips] == [60, 61, 62]
    assert clips[0].facts["note"] == "good"


def test_hold_is_a_time_or_unknown(tmp_path: Path) -> None:
    clips = read(tmp_path, "file,hold_seconds\nm060.wav,n/a\nm061.wav,\nm062.wav,1.5 s\n")
    assert [clip.hold_seconds for clip in clips] == [None, None, 1.5]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("file,pitch\nm060.wav,60\nm061.wav,high\n", "line 3: pitch 'high' is neither"),
        ("file,pitch\nm060.wav,440\n", "'440' is not a MIDI note number from 0 to 127"),
        ("file,pitch\nm060.wav,inf\n", "pitch 'inf'"),
        ("file,velocity\nm060.wav,0.5\nm061.wav,90\n", "0.5.*90.*mix"),
        ("file,velocity\nm060.wav,loudly\n", "'loudly' is not a number"),
        ("file,hold_seconds\nm060.wav,-1\n", "not a time"),
        ("file,f0_cents\nm060.wav,flat\n", "'flat' is not a number"),
        ("instrument\nlyre\n", "has no column 'file'"),
        ("", "is empty"), ("\ufeff\r\n", "is empty"), (b"\xff\xfe", "is empty"),
        ("file\n", "names no files"),
        ("file\nx.wav\ny.wav\nm060.wav\n", "2 of 3 files .* missing in .*: x.wav, y.wav"),
        (b"PK\x03\x04\x00\x00", "is a spreadsheet or an archive, not a text"),
        (b"\x00" * 64, "column|empty"),
    ],
)  # fmt: skip
def test_an_unreadable_table_is_refused_in_one_line(
    tmp_path: Path, table: str | bytes, line: str
) -> None:
    with pytest.raises(RtAudioGenError, match=line) as refused:
        read(tmp_path, table)
    assert str(tmp_path / "metadata.csv") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_left_out_missing_and_named_twice_are_told(tmp_path: Path) -> None:
    names = [f"m{n:03}.wav" for n in range(60, 84)]
    table = "file\nm060.wav\nm061.wav\nm061.wav\nm099.wav\n"
    assert len(read(tmp_path, table, names)) == 2
    assert told(tmp_path) == [
        "metadata.csv names 1 file that is not there: m099.wav",
        "metadata.csv names 1 file again, the first row counts: m061.wav",
        "metadata.csv names 2 of 24 files; left out are the other 22: "
        "m062.wav, m063.wav, m064.wav and 19 more",
    ]


def test_a_missing_file_is_not_taken_from_another_folder(tmp_path: Path) -> None:
    names = ["16k/a.wav", "44k/b.wav"]
    clips = read(tmp_path, "file\n16k/a.wav\n44k/a.wav\n44k/b.wav\n", names)
    assert [clip.path for clip in clips] == [tmp_path / name for name in names]
    assert "1 file that is not there: 44k/a.wav" in told(tmp_path)[0]


def test_folders_without_a_table_are_read_beside_those_with_one(tmp_path: Path) -> None:
    folder_with(tmp_path / "speech", "file,instrument\na.wav,ada\n", ["a.wav", "b.wav"])
    folder_with(tmp_path / "deep" / "er", "File;Instrument\nc.wav;bob\n", ["c.wav"])
    (tmp_path / "harp").mkdir()
    (tmp_path / "harp" / "C4.wav").touch()
    clips = find_clips(tmp_path, say=lambda line: None)
    assert [(clip.path.name, clip.instrument) for clip in clips] == [
        ("c.wav", "bob"), ("C4.wav", "harp"), ("a.wav", "ada"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Metadata.CSV", "metadata.tsv"])
def test_a_table_may_have_other_capitals_and_tabs(tmp_path: Path, name: str) -> None:
    folder_with(tmp_path, PLAIN.replace(",", "\t"))
    (tmp_path / "metadata.csv").rename(tmp_path / name)
    assert [clip.pitch for clip in find_clips(tmp_path, say=print)] == [50, 51, 52]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5 * len(PLAIN)), st.integers(0, 3), st.binary(max_size=4)),
        max_size=8,
    ),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_a_damaged_table_is_read_or_refused_in_a_line(
    tmp_path: Path, damages: list[tuple[int, int, bytes]], encoding: str
) -> None:
    data = PLAIN.encode(encoding)
    for place, removed, inserted in damages:
        place %= len(data) + 1
        data = data[:place] + inserted + data[place + removed :]
    clips, refused = [], ""
    try:
        clips = read(tmp_path, data)
    except RtAudioGenError as error:
        refused = str(error)
    assert "\n" not in refused
    assert all(clip.path.is_file() for clip in clips)
