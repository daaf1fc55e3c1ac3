#!/usr/bin/env bash
# What Python packages do not bring along: PortAudio; JACK for the tests; and for the tests and
# `rtaudiogen evaluate` the codecs that models are compared with.
set -euo pipefail
packages=(libportaudio2 jackd2 opus-tools codec2)
hint="install PortAudio, and JACK and the codecs for the tests (Debian, Ubuntu: apt-get install"
hint+=" ${packages[*]}; macOS: brew install portaudio jack opus-tools; Fedora: dnf install"
hint+=" portaudio jack-audio-connection-kit opus-tools)"

has_portaudio() { ldconfig -p 2>/dev/null | grep -q 'libportaudio\.so\.2'; }
has() { command -v "$1" >/dev/null; }

[ "$(uname -s)" = Linux ] || exit 0 # elsewhere sounddevice's wheel brings PortAudio
PATH=$PATH:/sbin:/usr/sbin
missing=()
has_portaudio || missing+=(libportaudio2)
has jackd || missing+=(jackd2)
has opusenc || missing+=(opus-tools)
has c2enc || missing+=(codec2)
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
