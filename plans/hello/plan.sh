# A small HTTP service in Node. The shortest way to see everything a package can hold.
#
#   hab pkg build plans/hello       builds it; the path of the .hart is printed
#   hab sup run PATH_OF_THE_HART    installs and runs it
#
# It depends on no package: it runs with the `node` found on the PATH (20 or newer).

pkg_name=hello
pkg_origin=demo
pkg_version=1.0.0
pkg_maintainer="The hab maintainers"
pkg_description="Answers HTTP requests with a greeting"
pkg_license=("Apache-2.0")

# What other services may learn about this one, by a name of ours and its place in default.toml.
pkg_exports=([port]=port)
# Which of these are ports to open.
pkg_exposes=(port)

# Nothing to compile.
do_build() {
  return 0
}

# Files of the package go below $pkg_prefix. hooks/, config/ and default.toml are copied there by the build itself.
do_install() {
  install -D -m 0644 lib/server.mjs "$pkg_prefix/lib/server.mjs"
}
