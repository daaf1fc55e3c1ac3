"""Layout of the memory that the audio callback shares with all others.

The memory begins with int64 slots (some hold float64), followed by the ring's frames, the tap's and
the input's, float32. Every slot has one writer, named here; slots of different writers that change
while audio runs lie on different cache lines (16 slots: 128 bytes, Apple's line).
"""

from rtaudiogen.realtime.callback import delay_locked_loop, input_mixing, ring, tap

VERSION = 5  # value of slot LAYOUT; a reader refuses another

# Fixed before the stream starts. Writer: [control]
LAYOUT, SAMPLE_RATE, CHANNELS, FADE_FRAMES, RING_FRAMES, TAP_FRAMES, TIMER, INPUT_FRAMES = range(8)

# Commands. Writer: [control]
OUTPUT_CHANNELS, MUTED, INPUT_CHANNELS = 16, 17, 18
MASTER_GAIN = 19  # float64, the target of the master gain, a factor

# The ring's own header (ring.py).
RING = 32

# Counters. Writer: [audio]
COUNTERS = RING + ring.HEADER_SLOTS
(
    CALLS,
    DEVICE_FRAMES,  # frames handed to the device since the memory was made
    STREAM_START,  # device frame at which stream frame 0 was played; -1 before
    STATE,
    LEVEL,  # of the stream's fade, 0 … FADE_FRAMES
    MUTE_LEVEL,  # of the whole output's fade, 0 … FADE_FRAMES
    LOST_FRAMES,
    EPISODES,
    EPISODE_LOST_FRAMES,
    LONGEST_EPISODE_FRAMES,
    LAST_CALL_NS,
    LONGEST_GAP_NS,
    DEVICE_FLAGS,  # every PortAudio status flag seen so far, or-ed
    DEVICE_UNDERFLOWS,
    LIMITED,  # frames that were limited
    NOT_FINITE,  # samples that were NaN, infinite or absurdly large, replaced by 0
    HITS_ENDED,
    RESUMED,  # starts and resumptions of the stream
    BLOCK_SIZES,  # of all calls so far, or-ed: its low bits show ragged blocks
    INPUT_NOT_FINITE,  # input samples that were NaN or infinite, replaced by 0
    HITS_LATE,  # hits that came after their frame had been handed to the device
    HITS_LATEST_FRAMES,  # the greatest lateness of a hit
) = range(COUNTERS, COUNTERS + 22)
# float64: from callback to loudspeaker, from microphone to callback, input peak as PEAK below
DEVICE_LATENCY_SECONDS, INPUT_LATENCY_SECONDS, INPUT_PEAK = range(COUNTERS + 24, COUNTERS + 27)
LIMITER_GAIN = COUNTERS + 27  # float64, 1 while nothing is limited
MASTER_LEVEL = COUNTERS + 28  # float64, the present master gain, a factor

WAITING, PLAYING, STARVED = 0, 1, 2  # values of STATE

# Cursors of the tap (tap.py) and of the input (capture.py), a tap in the other direction, and the
# clock's line (delay_locked_loop.py). Writer: [audio]
TAP = COUNTERS + 32
INPUT = TAP + tap.SECTION_SLOTS
CLOCK = INPUT + tap.SECTION_SLOTS
INPUT_MIX = CLOCK + delay_locked_loop.SECTION_SLOTS  # input_mixing.py

# One value a channel, float64. Writer: [audio]
MAX_CHANNELS = 16
# HELD is the last stream sample: a fade-out continues from it when frames are missing.
HELD = INPUT_MIX + input_mixing.SECTION_SLOTS
PEAK = HELD + MAX_CHANNELS  # falls by 20 dB a second
MEAN_SQUARE = PEAK + MAX_CHANNELS  # over 300 ms

# Hits (hits.py): a record each. Writer: the one that the record's HIT_STATE names.
HIT_COUNT = 64
HIT_SLOTS = 16
HITS = MEAN_SQUARE + MAX_CHANNELS
(
    HIT_STATE,
    HIT_STOP_FRAMES,  # >0: length of the fade-out in frames. Writer: [control], at any time
    HIT_STOP_AT,  # stream frame from which it fades; -1: now. Writer: as above
    HIT_ADDRESS,
    HIT_FRAMES,
    HIT_START,  # stream frame; -1: now
    HIT_POSITION,
    HIT_FADE_FRAMES,
    HIT_FADE_LEFT,
    HIT_GAIN_LEFT,  # float64
    HIT_GAIN_RIGHT,  # float64
) = range(11)
HIT_FREE, HIT_READY, HIT_PLAYING = 0, 1, 2  # values of HIT_STATE; free: [control]'s, else [audio]'s

SLOTS = HITS + HIT_COUNT * HIT_SLOTS
SLOTS_BYTES = SLOTS * 8
assert SLOTS % 16 == 0
