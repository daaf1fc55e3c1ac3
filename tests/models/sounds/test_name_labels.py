"""Pitch and velocity from file names: every convention alone, and folders read as folders."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.sounds.names.labels import read_names

from .pack_names import NO_PITCH, PITCHED

CASES = next(
    (
        place / "shared" / "cases" / "file-names.csv"
        for place in Path(__file__).parents
        if (place / "shared" / "cases").is_dir()
    ),
    Path("file-names.csv"),
)
LETTERS = "ABCDEFGHabis#♯b♭-_. '()[]0123456789vVmnkpfrzoéﬀ²"
N = None

ALONE = [
    # recorded collections
    ("Piano.pp.Bb3", 58, N), ("Flute.nonvib.ff.B3B4", N, N), ("Marimba.cord.ff.C2", 36, N),
    ("Viola.arco.ff.sulC.C3.stereo", 48, N), ("violin_A4_1_mezzo-forte_arco-normal", 69, N),
    ("saxophone_Fs3_15_fortissimo_normal", 54, N), ("flute_Cs6_025_forte_normal", 85, N),
    ("guitar_As3_very-long_piano_harmonics", 58, N), ("Vn-ord-A3-mf-1c", 57, N),
    ("Acc-ord-A#1-ff-alt2-N", 34, N), ("Vc-pizz_l_vib-C2-ff-4c-R100u", 36, N),
    ("ASax-key_click-A#3-f-alt1-N", 58, N), ("A0v12", 21, 95), ("D#1v16", 27, 127),
    ("rel60", N, N), ("keyboard_electronic_001-021-127", 21, 127),
    ("mallet_acoustic_056-087-025", 87, 25), ("1st-violins-sus-a#3-PB-loop", 58, N),
    ("KSHarp_A4_mf", 69, N), ("Trombone_Sus_A#1_v1_1", 34, N), ("Player_dyn2_rr1_012", N, N),
    ("Vibes_soft_A3_v1_rr1_Main", 57, N), ("123456__user__piano-c4", 60, N),
    ("39187__someone__piano-ff-044", 44, N), ("Strings_Eb3_Sus_mp_RR2", 51, N),
    # samplers
    ("Piano_C#3_v64_rr2", 49, 64), ("E.Piano-F#2-V127-9F4K", 42, 127), ("060-C4", 60, N),
    ("[060]Piano", 60, N), ("piano_060", 60, N), ("piano_60", 60, N), ("K36_V127", 36, 127),
    ("root60", 60, N), ("MIDI_Note_60", 60, N), ("Key60Vel127", 60, 127), ("060_127", 60, 127),
    ("C4_Vel_100", 60, 100), ("vel_127_note_60", 60, 127), ("Rhodes A3 V127-001", 57, 127),
    # spellings
    ("Fis3", 54, N), ("Des4", 61, N), ("Es3", 51, N), ("H2", 47, N), ("Gis 3", 56, N),
    ("Klavier H3", 59, N), ("Ces4", 59, N), ("Do4", 60, N), ("La3", 57, N), ("Sol#4", 68, N),
    ("Sib3", 58, N), ("Ré4", 62, N), ("Re\u0301 4", 62, N), ("Do diesis 4", 61, N), ("c'", 60, N),
    ("fis''", 78, N), ("C,", 24, N), ("c¹", 60, N), ("C♯4", 61, N), ("B♭3", 58, N),
    ("Csharp4", 61, N), ("C_sharp_4", 61, N), ("Dflat3", 49, N), ("E♭ 3", 51, N), ("C3#", 49, N),
    ("Ebb4", 62, N), ("F#_3", 54, N), ("C#-4", 61, N), ("A#-1", 10, N), ("PianoC4", 60, N),
    ("GrandPianoF#3Soft", 54, N), ("violin C 4", 60, N), ("Violin-C-1", 24, N), ("C4L", 60, N),
    ("Ｃ４", 60, N), ("bb4", 70, N), ("eb2", 39, N),
    # numbers and letters that are no pitch
    ("Juno-60 Pad", N, N), ("DX7", N, N), ("CP80", N, N), ("Prophet 5 Brass G3", 55, N),
    ("D-50 Fantasia", N, N), ("MS-20 Bass A1", 33, N), ("Hammond B3", N, N), ("B3 Organ", N, N),
    ("Yamaha C7", N, N), ("Hammond B-3 C4", 60, N), ("Nord C2 A3", 57, N), ("Kick_F#", N, N),
    ("Kick F#1", 30, N), ("808 C1", 24, N), ("Bass_Loop_120_C#m", N, N),
    ("90_bass_loop_Amin", N, N),
    ("KSHMR_Lead_128_Am", N, N), ("Lead Loop 140 BPM F Min", N, N), ("Snare_12", N, N),
    ("Hat 47", N, N), ("TR-808 Kick", N, N), ("take_064_v31", N, 31), ("rain_000", N, N),
    ("Recording 64", N, N), ("2023-05-24 piano", N, N), ("IMG_0064", N, N), ("440Hz", N, N),
    ("C4_48k_24bit", 60, N), ("44.1kHz_C4", 60, N), ("C3PO", N, N), ("B2B", N, N), ("FX1", N, N),
    ("Chord_C4E4G4", N, N), ("C3-C5", N, N), ("C3_to_C5 sweep", N, N), ("Take A 3", N, N),
    ("Eb Clarinet D4", 62, N), ("-3dB", N, N), ("128", N, N), ("m200", N, N), ("Cmaj7", N, N),
    ("Mix v12", N, N), ("beats-h2", N, N), ("Gtr_E2_D_1", 40, N), ("C6 chord", N, N),
    ("Bass C1 Hit", 24, N), ("Cello, A3, mf", 57, N), ("EP_048_100", 48, 100),
    ("48v64", 48, 64), ("", N, N), ("...", N, N),
]  # fmt: skip

FOLDERS = {
    "what all names share": (
        ["Piano 24bit 48k C3", "Piano 24bit 48k D3"], [(48, N), (50, N)]),
    "an organ's name before takes": (
        ["Hammond B3 01", "Hammond B3 02", "Hammond B3 03"], [(N, N)] * 3),
    "an organ's name before MIDI numbers": (
        ["Hammond B3 036", "Hammond B3 040"], [(36, N), (40, N)]),
    "grands named like notes": (
        ["Yamaha C7 A4", "Yamaha C7 B4"], [(69, N), (71, N)]),
    "notes that look like grands": (
        ["Yamaha C3", "Yamaha C4", "Yamaha C5"], [(48, N), (60, N), (72, N)]),
    "a note that is a title": (
        ["B3 Slow", "B3 Fast", "B3 Clean"], [(N, N)] * 3),
    "a synthesiser's number before keys": (
        ["SH-101 Bass 36", "SH-101 Bass 48"], [(36, N), (48, N)]),
    "takes": (
        ["take_060", "take_061", "take_062"], [(N, N)] * 3),
    "round robins": (
        ["C4_rr1", "C4_rr2", "C4 (3)"], [(60, N)] * 3),
    "a numbering": (
        ["piano_1", "piano_2", "piano_3"], [(N, N)] * 3),
    "keys": (
        ["36", "48", "60"], [(36, N), (48, N), (60, N)]),
    "three layers": (
        ["C4v1", "C4v2", "C4v3"], [(60, 42), (60, 85), (60, 127)]),
    "sixteen layers": (
        ["A0v1", "A0v8", "A0v16"], [(21, 8), (21, 64), (21, 127)]),
    "layers from 0": (
        ["C4_v0", "C4_v1", "C4_v2", "C4_v3"], [(60, 32), (60, 64), (60, 95), (60, 127)]),
    "velocities": (
        ["C4_v32", "C4_v64", "C4_v127"], [(60, 32), (60, 64), (60, 127)]),
    "layers called dynamics": (
        ["P_C4_dyn1_rr1", "P_C4_dyn2_rr1"], [(60, 64), (60, 127)]),
    "italian": (
        ["Piano.pp.A4", "Piano.mf.A4", "Piano.ff.Bb4"], [(69, 42), (69, 85), (70, 127)]),
    "piano between pianissimo and forte": (
        ["guitar_C3_1_piano_x", "guitar_C3_1_forte_x", "guitar_D3_1_pianissimo_x"],
        [(48, 85), (48, 127), (50, 42)]),
    "english": (
        ["C4_soft", "C4_medium", "C4_hard"], [(60, 42), (60, 85), (60, 127)]),
    "one dynamic everywhere": (
        ["Oboe.mf.A4", "Oboe.mf.B4"], [(69, N), (71, N)]),
    "numbers for both": (
        ["60_127", "60_64", "62_127", "62_64"], [(60, 127), (60, 64), (62, 127), (62, 64)]),
    "notes and velocities as numbers": (
        ["C4_127", "C4_64", "D4_127", "D4_64"], [(60, 127), (60, 64), (62, 127), (62, 64)]),
    "german": (
        ["Klavier_Cis4", "Klavier_As3", "Klavier_B3", "Klavier_H3"],
        [(61, N), (56, N), (58, N), (59, N)]),
    "primes": (
        ["c'", "c''", "c", "C", "C,", "fis"],
        [(60, N), (72, N), (48, N), (36, N), (24, N), (54, N)]),
    "a letter behind a counted word, beside primes": (
        ["c'", "Take c"], [(60, N), (48, N)]),
    "octaves from -2": (
        ["P C-2", "P C-1", "P C0", "P C3"], [(0, N), (12, N), (24, N), (60, N)]),
    "numbers that tell the octave": (
        ["060_C3", "062_D3", "064_E3"], [(60, N), (62, N), (64, N)]),
    "a tracker's dashes": (
        ["C-1", "C#1", "D-4"], [(24, N), (25, N), (62, N)]),
    "folders of their own": (
        ["a/C4_v1", "a/C4_v2", "b/C4_v100"], [(60, 64), (60, 127), (60, 100)]),
    "drums of General MIDI": (
        ["36_kick", "38_snare", "42_hat_closed"], [(36, N), (38, N), (42, N)]),
    "keys of loops": (
        ["Kick_01_120bpm_C", "Kick_02_120bpm_D", "Kick_03_120bpm_F#"], [(N, N)] * 3),
    "solfège": (
        ["do3", "re3", "mi3", "fa3"], [(48, N), (50, N), (52, N), (53, N)]),
    "german dashes": (
        ["Es-2", "As-2", "C-3"], [(39, N), (44, N), (48, N)]),
    "microphones": (
        ["C4_close", "C4_room", "C4_oh"], [(60, N)] * 3),
    "microphones beside layers": (
        ["G_C4_v3_Close", "G_C4_v3_Room", "G_D4_v1_Close"], [(60, 127), (60, 127), (62, 42)]),
    "velocity, number and note": (
        ["Mk1 -V027-060-C3", "Mk1 -V127-060-C3", "Mk1 -V127-064-E3"],
        [(60, 27), (60, 127), (64, 127)]),
    "clips with a take's letter": (
        ["1-100032-A-0", "1-100038-A-14", "5-9032-A-2"], [(N, N)] * 3),
    "speech": (
        ["LJ001-0001", "LJ001-0002", "LJ002-0001"], [(N, N)] * 3),
    "speakers": (
        ["p225_001", "p225_002", "p226_001"], [(N, N)] * 3),
    "octaves told by numbers": (
        ["21_A-1", "60_C3", "108_C7"], [(21, N), (60, N), (108, N)]),
    "tempos": (
        ["Loop_90", "Loop_100", "Loop_120"], [(N, N)] * 3),
}  # fmt: skip


@pytest.mark.parametrize(("name", "pitch", "velocity"), ALONE)
def test_a_lone_name_says_what_a_person_reads(
    name: str, pitch: int | None, velocity: int | None
) -> None:
    assert read_names([name])[0][:2] == (pitch, velocity)


def test_names_of_packs_say_what_a_person_reads() -> None:
    pitched = [line.rpartition(": ") for line in PITCHED.split("\n") if line]
    expected = {name: tuple(map(int, values.split())) for name, _, values in pitched}
    expected |= {name: () for name in NO_PITCH.split("\n") if name}
    labels = {name: read_names([name])[0][:2] for name in expected}
    read = {name: tuple(v for v in label if v is not None) for name, label in labels.items()}
    assert read == expected


@pytest.mark.parametrize(("names", "labels"), FOLDERS.values(), ids=FOLDERS)
def test_names_of_a_folder_are_read_together(
    names: list[str], labels: list[tuple[int | None, int | None]]
) -> None:
    assert [label[:2] for label in read_names(names)] == labels


def test_a_pitch_from_a_number_has_no_octave_to_argue_about() -> None:
    assert [label.spelled for label in read_names(["a/m060", "b/C4"])] == [False, True]


@pytest.mark.skipif(not CASES.is_file(), reason="the collected names are not there")
@pytest.mark.parametrize("together", [False, True])
def test_collected_names_are_read_as_by_people(together: bool) -> None:
    rows = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))
    stems = [row["stem"] for row in rows]
    labels = read_names(stems) if together else [read_names([stem])[0] for stem in stems]
    wrong = [
        (row["stem"], label)
        for row, label in zip(rows, labels, strict=True)
        if [row["pitch"], row["velocity"]] != ["" if x is None else str(x) for x in label[:2]]
    ]
    print(f"{len(rows) - len(wrong)} of {len(rows)} names")
    assert len(wrong) <= 0.05 * len(rows), wrong


@given(st.lists(st.text(LETTERS, max_size=24), max_size=6))
def test_any_names_have_labels_in_range_or_none(names: list[str]) -> None:
    labels = read_names(names)
    assert len(labels) == len(names)
    assert all(label.pitch is None or 0 <= label.pitch <= 127 for label in labels)
    assert all(label.velocity is None or 1 <= label.velocity <= 127 for label in labels)
