"""Valid tables and lists of names, for tests and fuzzing to damage."""

PLAIN = "file,pitch,instrument\nm060.wav,50,Flügel\nm061.wav,51,Flügel\nm062.wav,52,Flügel\n"
LABELLED = (
    "File Name;Pitch;Velocity;hold_seconds;f0_cents;label\r\n"
    './m060.wav;C4;0,5;1.5;-20;"two\r\nlines"\r\nwavs\\m061;cis4;1;n/a;;"a ""word"""\r\n\r\n'
)
SPEECH = 'm060|Printing, in "the|Printing\nm061|"not|in\nm062|being|\n'
NAMES = (
    "Piano.ff.A4\nVn-pont-D#4-mf-4c-N\nA0v1\nA0v16\nguitar_acoustic_010-060-100\n"
    "cello_As2_05_pianissimo_arco-normal\nHammond B3 - 048 - C3\nKlavier_Cis4\nKlavier_H3\n",
    "c'\nc''\nfis\nC,\nDo diesis 4\nSib3\nＣ４\nE♭ 3\nSéquence_C4\n2023-05-24 10.15.00\n",
    "a/C4_v1_rr1\na/C4_v2_rr1\nb/060_127\nb/060_64\nb/062_127\nb/062_64\nC3_to_C5\nLoop_120_C#m\n",
)


def whole_tables() -> list[bytes]:
    """Return tables of three files in the forms that programs write."""
    forms = [text.encode() for text in (PLAIN, LABELLED, SPEECH)]
    wide = [PLAIN.encode("utf-16"), LABELLED.encode("utf-16-be"), PLAIN.encode("utf-32")]
    old = [LABELLED.encode("cp1252"), PLAIN.encode("mac_roman"), PLAIN.encode("utf-8-sig")]
    return forms + wide + old


def whole_names() -> list[bytes]:
    """Return names of the files of a folder, one a line."""
    return [names.encode() for names in NAMES]
