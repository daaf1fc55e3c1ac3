"""Rule by which several channels become one, for files and for a live input.

All channels that sound are averaged. Where they cancel, the loudest is taken alone. Powers are
measured without DC, piece by piece.
"""

PIECE = 2048  # frames that are measured together
DEAD = 1e-4  # of the loudest channel's power: quieter channels (-40 dB) carry no sound
CANCELLED = 0.25  # of the loudest channel's power: a sum below this has lost the sound
SHARE_LOST = 0.1  # of the whole power: channels that lose more in their sum are not summed
NEARLY = 0.99  # of the loudest power: the first channel above it counts as the loudest
