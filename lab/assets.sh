# What guests boot: Debian's cloud kernel, unpacked and not installed, and an initramfs with busybox and lab/guest. Made once.

kernel_package() { apt-cache depends linux-image-cloud-amd64 2> /dev/null | awk '/Depends: linux-image-/ {print $2; exit}'; }

fetch_kernel() {
  [[ -s $LAB_CACHE/vmlinuz && -d $LAB_CACHE/modules ]] && return
  local package unpacked=$LAB_CACHE/unpacked
  package=$(kernel_package)
  [[ -n $package ]] || { apt-get update -qq; package=$(kernel_package); }
  [[ -n $package ]] || impossible "apt knows no linux-image-cloud-amd64"
  rm -rf "$unpacked" && mkdir -p "$unpacked"
  (cd "$unpacked" && apt-get download -qq "$package" > download.log 2>&1) \
    || impossible "$package cannot be downloaded ($(tail -n 1 "$unpacked/download.log"))"
  dpkg-deb -x "$unpacked/$package"_*.deb "$unpacked"
  rm -rf "$LAB_CACHE/modules" && mv "$unpacked"/lib/modules/* "$LAB_CACHE/modules"
  mv "$unpacked"/boot/vmlinuz-* "$LAB_CACHE/vmlinuz"
  rm -rf "$unpacked"
}

# The agent is built with it, and found beside it.
build_guest_program() {
  [[ -n $LAB_GUEST_PROGRAM ]] && return
  LAB_GUEST_PROGRAM=$LAB_ROOT/build/release/bin/lab-guest
  (cd "$LAB_ROOT" && source scripts/prepare.sh && install_packages packages.txt && build release lab-guest headroom-agent > /dev/null) \
    || fail "lab/guest cannot be built"
}

# Copies a module after all that it needs, and notes the order in which the guest loads them.
add_module() {
  local name=$1 into=$2 file needed
  file=$(find "$LAB_CACHE/modules" -name "${name//[-_]/[-_]}.ko*" -print -quit)
  [[ -n $file ]] || return 0  # it is built in
  grep -qx "$name" "$into/order" && return
  for needed in $(modinfo -F depends "$file" | tr ',' ' '); do add_module "$needed" "$into"; done
  if [[ $file == *.xz ]]; then xz -dc "$file" > "$into/$name.ko"; else cp "$file" "$into/$name.ko"; fi
  printf '%s\n' "$name" >> "$into/order"
}

# Not compressed: an emulated processor takes seconds to unpack it.
make_initramfs() {
  local image=$LAB_CACHE/initramfs root=$LAB_CACHE/root agent module
  agent=$(dirname "$LAB_GUEST_PROGRAM")/headroom-agent
  [[ -s $image && $image -nt $LAB_GUEST_PROGRAM && $image -nt $agent && $image -nt $LAB_ROOT/lab/guest/init && $image -nt $LAB_CACHE/vmlinuz ]] && return
  rm -rf "$root" && mkdir -p "$root"/{bin,dev,proc,sys,modules}
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$LAB_GUEST_PROGRAM" "$root/bin/lab-guest"
  cp "$agent" "$root/bin/headroom-agent"
  install -m 755 "$LAB_ROOT/lab/guest/init" "$root/init"
  : > "$root/modules/order"
  for module in virtio_pci virtio_net virtio_blk virtio_balloon virtio_mem virtio_console; do add_module "$module" "$root/modules"; done
  (cd "$root" && find . | cpio -o -H newc --quiet) > "$image.new"
  mv "$image.new" "$image"
  rm -rf "$root"
}

make_assets() {
  mkdir -p "$LAB_CACHE"
  local lock; exec {lock}> "$LAB_CACHE/lock"; flock "$lock"  # two labs may start at once
  fetch_kernel
  build_guest_program
  make_initramfs
  exec {lock}>&-
}
