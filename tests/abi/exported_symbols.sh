#!/bin/sh
# exported_symbols.sh LIBRARY: it shows exactly the functions of moadon_pos.h and needs only libc.
set -eu
library=$1

expected="moadon_pos_abi_version moadon_pos_call moadon_pos_close moadon_pos_open moadon_pos_release"
exported=$(nm --dynamic --defined-only --format=posix "$library" | awk '$2 != "A" {print $1}' |
  sed 's/@.*//' | sort | tr '\n' ' ' | sed 's/ $//')
if [ "$exported" != "$expected" ]; then
  echo "exports: $exported" >&2
  exit 1
fi

if readelf --dynamic --wide "$library" | grep -q 'NEEDED.*lib[atu]*san'; then
  echo "skipped: a sanitizer build needs the sanitizer's libraries"
  exit 77
fi
needed=$(readelf --dynamic --wide "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for name in $needed; do
  case $name in
    libc.so.* | libpthread.so.* | libm.so.* | ld-linux*.so.*) ;;
    *)
      echo "needs: $name" >&2
      exit 1
      ;;
  esac
done

if ! readelf --dynamic --wide "$library" | grep -q 'FLAGS_1.*NODELETE'; then
  echo "may be unmapped while a thread is inside" >&2
  exit 1
fi
