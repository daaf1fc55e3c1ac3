#!/usr/bin/env bash
# The audio libraries that Python packages do not bring along: PortAudio, and JACK for the tests.
set -euo pipefail
packages=(libportaudio2 jackd2)
hint="install PortAudio, and JACK for the tests (Debian, Ubuntu: apt-get install ${packages[*]};"
hint+=" macOS: brew install portaudio jack; Fedora: dnf install portaudio jack-audio-connection-kit)"

has_portaudio() { ldconfig -p 2>/dev/null | grep -q 'libportaudio\.so\.2'; }

[ "$(uname -s)" = Linux ] || exit 0 # elsewhere sounddevice's wheel brings PortAudio
PATH=$PATH:/sbin:/usr/sbin
if has_portaudio && command -v jackd >/dev/null; then
    exit 0
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
    if ! sudo -n true 2>/dev/null; then
        echo "rtaudiogen: missing system packages, and no right to install them here: $hint" >&2
        has_portaudio # without PortAudio nothing plays; without JACK only its tests are left out
        exit
    fi
fi
if ! command -v apt-get >/dev/null; then
    echo "rtaudiogen: missing system packages: $hint" >&2
    has_portaudio
    exit
fi
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -qq -y --no-install-recommends "${packages[@]}")
"${as_root[@]}" "${install[@]}" >/dev/null 2>&1 ||
    { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" "${install[@]}" >/dev/null; }
