# Certificates: one authority a lab, one certificate a host (libvirtd's server and client, QEMU's own TLS), one of this machine,
# and one of a stranger whom nobody trusts.

make_authority() {  # DIR NAME
  [[ -s $1/cacert.pem ]] && return
  mkdir -p "$1" && chmod 700 "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/cakey.pem" -out "$1/cacert.pem.new" -days 3650 -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign 2> /dev/null || fail "openssl makes no authority"
  mv "$1/cacert.pem.new" "$1/cacert.pem"
}

# RSA, for libvirt wants a key that may encipher keys.
make_certificate() {  # AUTHORITY_DIR DIR NAME ADDRESS
  local authority=$1 dir=$2 name=$3 address=$4
  [[ -s $dir/servercert.pem ]] && return
  mkdir -p "$dir"
  printf 'subjectAltName=DNS:%s,IP:%s\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n' \
    "$name" "$address" > "$dir/extensions"
  openssl req -newkey rsa:2048 -nodes -keyout "$dir/serverkey.pem" -out "$dir/request.pem" -subj "/CN=$name" 2> /dev/null &&
    openssl x509 -req -in "$dir/request.pem" -CA "$authority/cacert.pem" -CAkey "$authority/cakey.pem" -set_serial "0x$(openssl rand -hex 8)" \
      -days 3650 -extfile "$dir/extensions" -out "$dir/servercert.pem.new" 2> /dev/null || fail "openssl makes no certificate for $name"
  mv "$dir/servercert.pem.new" "$dir/servercert.pem"
  # The same files by the names that libvirt's client, and QEMU, look for.
  cp "$authority/cacert.pem" "$dir/cacert.pem"; cp "$authority/cacert.pem" "$dir/ca-cert.pem"
  cp "$dir/servercert.pem" "$dir/clientcert.pem"; cp "$dir/serverkey.pem" "$dir/clientkey.pem"
  cp "$dir/servercert.pem" "$dir/server-cert.pem"; cp "$dir/serverkey.pem" "$dir/server-key.pem"
  cp "$dir/servercert.pem" "$dir/client-cert.pem"; cp "$dir/serverkey.pem" "$dir/client-key.pem"
}

make_keys() {
  make_authority "$LAB_DIR/keys/authority" 'Headroom lab'
  make_certificate "$LAB_DIR/keys/authority" "$LAB_DIR/keys/manager" manager "10.$LAB_NET.0.1"
  make_authority "$LAB_DIR/keys/strange-authority" 'somebody else'
  make_certificate "$LAB_DIR/keys/strange-authority" "$LAB_DIR/keys/stranger" stranger "10.$LAB_NET.0.1"
}
