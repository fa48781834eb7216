#!/bin/sh
# Unpacks what bench/gpu/pack.mjs packed beside this script, and runs the GPU bench with it; changes nothing else on the machine.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/hashgap-carry-XXXXXX")
trap 'rm -rf "$work"' EXIT
if command -v xz >/dev/null; then
  tar -C "$work" -xJf "$here/carry.tar.xz"
else
  python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/carry.tar.xz" "$work"
fi

# Of the libraries that came along, those this machine lacks.
mkdir "$work/lib"
for deb in "$work"/debs/*.deb; do
  [ -e "$deb" ] || continue
  dpkg -x "$deb" "$work/unpacked" || echo "note: $(basename "$deb") could not be unpacked; this machine's own libraries have to do" >&2
done
for library in "$work"/unpacked/usr/lib/x86_64-linux-gnu/*.so.* "$work"/unpacked/lib/x86_64-linux-gnu/*.so.*; do
  [ -e "$library" ] || continue
  name=$(basename "$library")
  ldconfig -p 2>/dev/null | grep -q "$name " || ln -sf "$library" "$work/lib/$name"
done
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$work/lib"

# NVIDIA's Vulkan driver where containers have it, outside the folders that the loader reads.
for manifest in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
  if [ -z "${VK_DRIVER_FILES:-}" ] && [ -e "$manifest" ] && [ ! -e /usr/share/vulkan/icd.d/nvidia_icd.json ]; then
    export VK_DRIVER_FILES="$manifest"
  fi
done
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$work}"
"$work/bin/node" "$work/bench/gpu/main.mjs" "$@"
