# lib.sh
# What scripts/demo, scripts/test and bench/run share; sourced, not run.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

[ "$(id -u)" -eq 0 ] || die "run this as root: policies are root's, and servers get a user of their own"
command -v apt-get >/dev/null || die "this script sets itself up with apt-get: run it on Debian or Ubuntu"

# The PostgreSQL to use: $PG_CONFIG's, or the newest that is or can be installed.
pg_major() {
    if [ -n "${PG_CONFIG:-}" ] && command -v "$PG_CONFIG" >/dev/null; then
        "$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
    else
        apt-cache depends --important postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1
    fi
}

# Is PG_CONFIG's PostgreSQL there with its headers, from wherever it came?
has_server() {
    [ -n "${PG_CONFIG:-}" ] && [ -x "$("$PG_CONFIG" --bindir 2>/dev/null)/postgres" ] &&
        [ -e "$("$PG_CONFIG" --pgxs 2>/dev/null)" ]
}

# install_packages SET...: build, test, core (what tests core/ alone), server (its
# headers' needs, but not they).  Nothing is fetched if all are there.
install_packages() {
    local set missing=() package
    local -A sets
    export DEBIAN_FRONTEND=noninteractive
    [ -n "$(apt-cache depends postgresql 2>/dev/null)" ] || apt-get update -qq
    major=$(pg_major)
    [ -n "$major" ] || die "no PostgreSQL package is to be had here"
    sets[build]="gcc make libc6-dev libseccomp-dev libacl1-dev libjansson-dev libkrb5-dev pkg-config"
    sets[server]="postgresql-$major libpq-dev"
    has_server || sets[build]+=" ${sets[server]} postgresql-server-dev-$major"
    sets[demo]="postgresql-plpython3-$major"
    sets[test]="postgresql-plpython3-$major postgresql-plperl-$major postgresql-$major-pgtap \
        libtap-parser-sourcehandler-pgtap-perl perl acl strace curl openssh-client openssl systemd \
        groff-base zsh fish crun runc slapd freeradius krb5-kdc krb5-admin-server oidentd"
    sets[core]="valgrind clang libclang-rt-dev clang-tidy cppcheck"
    sets[source]="dpkg-dev postgresql-pltcl-$major"
    sets[bench]="strace"
    for set; do
        for package in ${sets[$set]}; do
            dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
                missing+=("$package")
        done
    done
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing ${missing[*]}"
        apt-get update -qq
        # Debian would start a cluster of its own at once; nobody asked for one
        mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] ||
            { echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf; own_createcluster=1; }
        # nor the daemons that tests run themselves (invoke-rc.d(8))
        [ -e /usr/sbin/policy-rc.d ] ||
            { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; own_policy_rc=1; }
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$build/apt-install.log" 2>&1 || failed=1
        [ -z "${own_createcluster:-}" ] || rm -f /etc/postgresql-common/createcluster.conf
        [ -z "${own_policy_rc:-}" ] || rm -f /usr/sbin/policy-rc.d
        [ -z "${failed:-}" ] ||
            { tail -n 20 "$build/apt-install.log" >&2; die "installing packages failed"; }
    fi
    pg_config=${PG_CONFIG:-/usr/lib/postgresql/$major/bin/pg_config}
    bindir=$("$pg_config" --bindir)
}

# fetch_files PACKAGE...: a package's files below $build/packages, not installed:
# tests read published files out of packages whose dependencies are hundreds.
# One that this suite lacks is left out; so it is without a network.
fetch_files() {
    local package folder
    for package; do
        folder=$build/packages/$package
        [ ! -d "$folder" ] || continue
        mkdir -p "$build/packages/download"
        (cd "$build/packages/download" && apt-get download -qq "$package" >/dev/null 2>&1 &&
            dpkg-deb -x "$package"_*.deb "$folder") || echo "$package is not to be had here" >&2
    done
}

mkdir -p "$build"
