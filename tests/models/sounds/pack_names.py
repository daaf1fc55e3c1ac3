"""File names of sample packs, collections and recorders, with the labels they mean."""

NO_PITCH = """
Kick_01_120bpm_C
Am_loop_90bpm
Snare_Top_057
SP1200 Kick
125_Gm_Synth
Vox Ab 140bpm
Cmaj_pad
SUB_F#
Sub Bass (E)
G7 chord
Dm7_pluck
E5 power chord
gliss C3-C5
D#
Gx3
vocal a 3
Bongo_1_hi
snare38
Crash16
Floor Tom 16x16
Git_h2
Kick-E
BD A 01
RS
CB
LT25
BD2575
808BD0000
CY0075
clap_90bpm_110
Cymatics - 808 (D#)
VEH1 Claps - 001
VMH2 Kick 03
ASL_SOC_Bass_A#_120
[120] Bass Em
C4+E4+G4
C4_E4_G4_stab
4C
C44
C4bb
Symphony 5 C
Sonata in F# minor
C3_C4_gliss
C4 & E4
"""

# name: pitch, and velocity where there is one
PITCHED = """
Piano.mf.Bb3: 58
guitar_acoustic_000-060-075: 60 75
Fis4: 66
C-1: 0
OH_C4_f_rr3: 60
C4_Room: 60
SonatinaTrumpet-G4: 67
Vl1_sus_v_c4_p: 60
VCSL_Harp_C5_mp1: 72
Sus_A2_v1_1: 45
Piano_A4_127: 69 127
Wurli A200 C4: 60
Moog Sub 37 C2: 36
Prophet-6 A3: 57
MKS-80_C3_v127: 48 127
JP8 Pad A2: 45
Akai S950 Bass C1: 24
808_Long_F1: 29
Timpani_C2_Roll_mf: 36
Crotale.C6: 84
XYL_hard_F#5_ff: 78
TenorTrombone.mf.E2: 40
EbClarinet.pp.G3: 55
AltoFlute.vib.mf.G3: 55
Bass.pizz.ff.sulE.E1: 28
bass-clarinet_A2_05_piano_normal: 45
french-horn_Gs2_025_fortissimo_normal: 44
contrabassoon_D3_phrase_mezzo-forte_normal: 50
Tbn-ord-C3-mf-N-N: 48
Va-trem-C4-pp-4c-N: 60
Bn-ord-Bb1-mf: 34
Fl-tk-ram-C4: 60
organ_electronic_057-009-025: 9 25
do3: 48
mi2_forte: 40
Re4: 62
Fa sostenido 3: 54
Mib4: 63
Geige_cis5_f: 73
Dis 3: 51
c''' pizz: 84
n060_v100: 60 100
MIDI 021 vel 045: 21 45
pitch64: 64
key_048_vel_064: 48 64
064: 64
0: 0
scale_C3_up: 48
ch1_C4: 60
Mic2 C4: 60
A4_442Hz: 69
mp3_C4: 60
C4 copy 2: 60
C4.1: 60
C4_L: 60
C4.L: 60
C4 - Mono: 60
PedUp_C4_v64: 60 64
Soft Piano C4: 60
Upright No1 C3: 48
Bosendorfer 290 C1: 24
Fazioli F308 C2: 36
Hammond C3 C4: 60
M1 Organ 2 C2: 36
Gibson ES-335 E2: 40
Les Paul A2 bridge: 45
str6_fret3_G2: 43
G string D4: 62
III_D4: 62
B Flat Trumpet C4: 60
F Horn A3: 57
Ab3-mp-down: 56
db2: 37
Fb3: 52
C4v080rr2: 60 80
f4_vel127_rr01: 65 127
C4_0-63: 60
C4_hi_v2: 60
02 - C4: 60
track 3 - C4: 60
2021-10-03 C4 take 3: 60
Choir_Ooh_A3_mf: 57
Vox_Eh_E3: 52
kick_c1: 24
SynthBass1-A1: 33
Pad 3 (polysynth) C4: 60
001 Piano C4: 60
preset064_C4: 60
B12 Strings C3: 48
Bank A 12 C3: 48
piano-pp-c#4-rr1: 61
A♭3: 56
A#4_rr1_rel: 70
Rebemol4: 61
c-sharp-4: 61
b flat 3: 58
F sharp 2 forte: 42
c4-60: 60
C5-72-mf: 72
A 4 440: 69
vn_open_E5: 76
Ob A4: 69
Tpt_Bb_F#4_ff: 66
Cl_A_B3: 59
Harmonica in C - G4: 67
Dropped D2: 38
7string_B1: 35
Bass5_B0: 23
ARP 2600 A1: 33
DX7IIFD_Bell_C5: 72
TX802-C3: 48
D50 Soundtrack C4: 60
XV5080 C4: 60
K2000 Choir F3: 53
FM8 Bell C6: 84
Serum_Bass_F1: 29
Kontakt6-A3-127: 57 127
B-3X C4: 60
Wurlitzer 200A E3 v5: 52
CP70B_A4_p: 69
C3X Grand D5: 74
Steinway D274 C4: 60
Model B C4: 60
Snare_D3_01: 50
MODE_AUDIO_C3_Pluck: 48
LP24_F1_130: 29
Bass (E1): 28
'C4': 60
C4!: 60
C4+: 60
C4@48k: 60
C4;v100: 60 100
PIANO_C4_LOUD: 60
C#04: 61
c4 p: 60
C4-sfz: 60
C4 cresc: 60
C4_100: 60
C4_v1.2: 60
C4 v1: 60
C4_vel1: 60
IV_C4: 60
BWV 1007 G2: 43
0dB C4: 60
C4_-12dB: 60
C4 +50ct: 60
C4-3sec: 60
1.5s C4: 60
2x C4: 60
#12 C4: 60
C4_3F2A: 60
C Sharp 4: 61
C4V16: 60 127
"""
