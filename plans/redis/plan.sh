# Redis, built with the compiler of this machine (gcc, make). It runs in the foreground, as root or not, and takes changes of
# its configuration without a restart.

pkg_name=redis
pkg_origin=demo
pkg_version=7.0.15
pkg_maintainer="The hab maintainers"
pkg_description="In-memory store of data structures: database, cache, message broker"
pkg_upstream_url="https://redis.io/"
pkg_license=("BSD-3-Clause")
pkg_source="https://download.redis.io/releases/redis-$pkg_version.tar.gz"
pkg_shasum=4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982
pkg_bin_dirs=(bin)

pkg_exports=([port]=port)
pkg_exposes=(port)
# TERM, the default, makes it save what it holds before it ends; a large one needs its time.
pkg_shutdown_timeout_sec=30

do_build() {
  # The C library's allocator: it fits every machine.
  make -C src -j"$(nproc)" MALLOC=libc redis-server redis-cli
}

do_install() {
  install -m 0755 src/redis-server src/redis-cli "$pkg_prefix/bin/"
}
