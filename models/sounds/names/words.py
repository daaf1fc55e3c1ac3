"""Words of file names that are neither pitch nor velocity, and words for dynamics."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The softest first; marks of one step share their number.
DYNAMICS = {
    "pppp": -5, "ppp": -4, "pianississimo": -4, "molto-pianissimo": -4,
    "pp": -3, "pianissimo": -3,
    "p": -2, "mp": -1, "mezzo-piano": -1, "mezzopiano": -1,
    "mf": 1, "mezzo-forte": 1, "mezzoforte": 1,
    "f": 2, "forte": 2,
    "ff": 3, "fortissimo": 3,
    "fff": 4, "fortississimo": 4, "molto-fortissimo": 4, "ffff": 5,
    "softest": -3, "quietest": -3, "vsoft": -3, "verysoft": -3, "very-soft": -3,
    "soft": -2, "quiet": -2, "piano": -2,
    "mediumsoft": -1, "medium-soft": -1, "medsoft": -1, "med-soft": -1,
    "medium": 0, "med": 0,
    "mediumhard": 1, "medium-hard": 1, "medhard": 1, "med-hard": 1,
    "hard": 2, "loud": 2,
    "hardest": 3, "loudest": 3, "vhard": 3, "veryhard": 3, "very-hard": 3,
    "leise": -2, "mittel": 0, "laut": 2,
}  # fmt: skip
ITALIAN = re.compile(
    r"(?<![^\W_])(?:mezzo[ _-]?(?:forte|piano)|(?:piani|forti)ssimo|forte)(?![^\W_])", re.IGNORECASE
)

# A number after one of these counts something: takes, tracks, drums.
COUNTED = _words(
    "take tk no nr num number rr alt alternate var variation variant ver version part track "
    "trk trck sample samp smp smpl loop clip rec recording record file audio untitled hit "
    "round robin mic channel chan ch disc disk cd side bar bars patch preset program prog "
    "bank slot pad item section scene phrase riff lick fill beat groove pattern song idea "
    "session mix master stem set copy dup kick bd bassdrum snare sd rim rimshot hat hats "
    "hihat hh ohh chh oh tom toms clap cp crash ride cymbal perc percussion conga bongo "
    "shaker cowbell fx sfx noise impact riser sweep rain wind birds vox vocal speech word "
    "page chapter line test demo group layer type step index region zone bounce export render "
    "new old img image dsc vol volume edition seq sequence"
)
# Descriptions of one note: microphones, playing technique, loudness.
ASPECTS = _words(
    "close near far room hall oh overhead overheads amb ambient ambience main dist distant mid "
    "side left right top bottom inside outside in out mono stereo l r m s h lo low hi high med "
    "dry wet di amp up down attack att release rel sustain sus sust long short stac staccato "
    "leg legato pizz pizzicato arco trem tremolo trill vib vibrato nonvib mute muted open closed "
    "norm normal slap harm harmonic harmonics ped pedal nopedal mic ord"
)
SLIDES = _words("gliss glissando slide sweep portamento port run scale arp arpeggio rise fall")
# A letter after one of these names a take or a place, as in `Take A 3`.
LETTERED = (COUNTED - {"pad"}) | _words("kit setup room position pos chord key in")
# A number after one of these belongs to a machine or a work.
MACHINES = _words(
    "juno jupiter prophet poly polysix sub subsequent matrix rhodes wurlitzer wurli wurly "
    "model mark mk mki mkii op opus leslie moog minimoog arp korg roland yamaha casio akai "
    "emu ensoniq kurzweil oberheim farfisa vox hammond sequential waldorf novation nord "
    "elektron odyssey odin clavinet pianet solina lowrey hohner mellotron optigan synclavier "
    "ppg wave microwave monologue minilogue volca behringer alesis emax mirage esq system "
    "tempest digitone digitakt maschine mpc"
)
# Makers with models whose names look like notes.
MODELS = {
    "hammond": {"a1", "b2", "b3", "c2", "c3", "d3", "e3", "m1", "m3", "g1"},
    "yamaha": {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "g1", "g2", "g3", "g5"},
    "clav": {"c", "d6", "e7", "c2"}, "clavinet": {"c", "d6", "e7", "c2"}, "hohner": {"d6", "e7"},
    "nord": {"a1", "c1", "c2", "g1", "g2"}, "clavia": {"g1", "g2"}, "emu": {"e4", "e6"},
    "emulator": {"e1", "e2", "e3", "e4"}, "alesis": {"d4", "d5"}, "behringer": {"b1", "b2", "c1"},
    "leslie": {"b3", "c3"}, "viscount": {"b3"}, "organ": {"b3"}, "gibson": {"a5", "f5"},
}  # fmt: skip
BEHIND_MODEL = {"b3": {"organ", "hammond", "leslie"}, "d6": {"clav", "clavinet"}, "c7": {"grand"}}

UNIT = re.compile(
    r"\d+(?:[.,]\d+)?(?:[ _-]?(?:k?hz|bits?|bpm|ms|secs?|min|db|cents?|kbps|bars?|beats?|steps?"
    r"|voices?|lufs|feet|inch)|k|s|ct|mm|cm|in|x|st|nd|rd|th|va|pcm|ft|ips|mb|kb)(?![^\W_])"
    r"|(?:bpm|tempo|hz)[ _-]?\d+(?![^\W_])",
    re.IGNORECASE,
)
DATE = re.compile(
    r"(?:19|20)\d\d[-_.](?:0[1-9]|1[0-2])[-_.][0-3]\d(?:[ T_.-]+\d\d[-_.h:]?\d\d(?:[-_.:]?\d\d)?)?"
    r"|[0-3]\d[-_.](?:0[1-9]|1[0-2])[-_.](?:19|20)\d\d(?![^\W_])"
)
MODEL_NUMBER = re.compile(r"(?:[A-Z]{1,3}[- ]|[A-Z]{1,4})\d{1,4}[A-Za-z]{0,2}(?![^\W_])")
LOOPS = re.compile(
    r"(?<![^\W_])(?:loop\w*|bpm|[A-G](?:#|♯|b|♭)? ?(?:m|min|minor|maj|major)|[A-G][#♯])(?![^\W_])"
)
