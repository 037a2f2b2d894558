# nginx, built with the compiler and libraries of this machine (gcc, make; PCRE, zlib and OpenSSL headers where they are).
# It runs in the foreground, as root or not, on the port of default.toml.

pkg_name=nginx
pkg_origin=demo
pkg_version=1.22.1
pkg_maintainer="The hab maintainers"
pkg_description="HTTP server, reverse proxy and mail proxy"
pkg_upstream_url="https://nginx.org/"
pkg_license=("BSD-2-Clause")
pkg_source="https://nginx.org/download/nginx-$pkg_version.tar.gz"
pkg_shasum=9ebb333a9e82b952acd3e2b4aeb1d4ff6406f72491bab6cd9fe69f0dea737f31
pkg_bin_dirs=(bin)

pkg_exports=([port]=http.port)
pkg_exposes=(port)
# QUIT lets requests in progress end.
pkg_shutdown_signal=QUIT

# has_header NAME: the compiler finds this header on the machine.
has_header() {
  echo "#include <$1>" | cc -E - >/dev/null 2>&1
}

do_build() {
  local options=(
    --prefix="$pkg_prefix"
    --sbin-path="$pkg_prefix/bin/nginx"
    --conf-path="$pkg_prefix/conf/nginx.conf"
    --error-log-path=stderr
    --http-log-path=/dev/stdout
    --pid-path="$pkg_svc_var_path/nginx.pid"
    --lock-path="$pkg_svc_var_path/nginx.lock"
    --http-client-body-temp-path="$pkg_svc_var_path/client-body"
    --http-proxy-temp-path="$pkg_svc_var_path/proxy"
    --http-fastcgi-temp-path="$pkg_svc_var_path/fastcgi"
    --http-uwsgi-temp-path="$pkg_svc_var_path/uwsgi"
    --http-scgi-temp-path="$pkg_svc_var_path/scgi"
    # Used only by a master that runs as root: its workers stay with it, another account could not read the service's
    # files. Usually the whole service runs as `hab`, and this is not looked at.
    --user=root
    --group=root
    --with-http_stub_status_module
    --with-http_v2_module
    --with-threads
  )
  # Modules whose library this machine lacks are left out.
  if has_header pcre2.h || has_header pcre.h; then
    options+=(--with-pcre)
  else
    options+=(--without-http_rewrite_module)
  fi
  has_header zlib.h || options+=(--without-http_gzip_module)
  if has_header openssl/ssl.h; then
    options+=(--with-http_ssl_module)
  fi
  ./configure "${options[@]}"
  make -j"$(nproc)"
}

do_install() {
  do_default_install
  # `make install` leaves the samples' copies; the service has its own configuration.
  rm -f "$pkg_prefix"/conf/*.default
}
