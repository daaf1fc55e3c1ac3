#!/usr/bin/env bash
# What Python packages do not bring along: PortAudio; what Qt draws with; JACK for the tests; for
# the tests and `rtaudiogen evaluate` the codecs that models are compared with; and for screenshots
# a display without a screen.
set -euo pipefail
qt=(libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 fonts-dejavu-core)
screen=(xvfb libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-shape0 libxkbcommon-x11-0)
packages=(libportaudio2 jackd2 opus-tools codec2 "${qt[@]}" "${screen[@]}")
hint="install PortAudio, Qt's libraries for the window, and JACK and the codecs for the tests"
hint+=" (Debian, Ubuntu: apt-get install"
hint+=" ${packages[*]}; macOS: brew install portaudio jack opus-tools; Fedora: dnf install"
hint+=" portaudio jack-audio-connection-kit opus-tools)"

has_library() { grep -q "$1" <<<"$libraries"; }
has_portaudio() { has_library 'libportaudio\.so\.2'; }
has_qt() {
    for library in libGL libEGL libxkbcommon libfontconfig libdbus-1; do
        has_library "$library\.so\." || return 1
    done
    [ -n "$(fc-list 2>/dev/null)" ] || [ -d /usr/share/fonts/truetype ]
}
has_screen() { has Xvfb && has_library 'libxcb-cursor\.so\.'; }
has() { command -v "$1" >/dev/null; }

[ "$(uname -s)" = Linux ] || exit 0 # elsewhere sounddevice's wheel brings PortAudio
PATH=$PATH:/sbin:/usr/sbin
libraries=$(ldconfig -p 2>/dev/null || true) # not piped: a reader that has seen enough would fail it
missing=()
has_portaudio || missing+=(libportaudio2)
has jackd || missing+=(jackd2)
has opusenc || missing+=(opus-tools)
has c2enc || missing+=(codec2)
has_qt || missing+=("${qt[@]}")
has_screen || missing+=("${screen[@]}")
[ ${#missing[@]} != 0 ] || exit 0
as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
    if ! sudo -n true 2>/dev/null; then
        echo "rtaudiogen: missing system packages, and no right to install them here: $hint" >&2
        has_portaudio # without PortAudio nothing plays; without the others tests are left out
        exit
    fi
fi
if ! has apt-get; then
    echo "rtaudiogen: missing system packages: $hint" >&2
    has_portaudio
    exit
fi
export DEBIAN_FRONTEND=noninteractive
install() { "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1; }
install "${missing[@]}" && exit
"${as_root[@]}" apt-get update -qq
for package in "${missing[@]}"; do
    if ! install "$package"; then
        echo "rtaudiogen: apt-get cannot install $package" >&2
        [ "$package" != libportaudio2 ] || exit 1
    fi
done
