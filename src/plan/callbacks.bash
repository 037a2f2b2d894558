# The callbacks of a plan (spec package §2.4). A plan overrides do_X and may still call do_default_X. There is no default
# for do_check, do_after_success and do_after_failure: they run only when the plan defines them.

do_default_begin() {
  return 0
}

do_default_before() {
  return 0
}

do_default_download() {
  if [[ -n ${pkg_source:-} ]]; then
    download_file "$pkg_source" "$pkg_filename" "${pkg_shasum:-}"
  fi
}

do_default_verify() {
  if [[ -n ${pkg_filename:-} ]]; then
    verify_file "$pkg_filename" "${pkg_shasum:-}"
  fi
}

do_default_clean() {
  build_line "Clean the cache"
  # What is mounted below is not ours to delete.
  rm -rf --one-file-system "$CACHE_PATH"
}

do_default_unpack() {
  if [[ -n ${pkg_filename:-} ]]; then
    unpack_file "$pkg_filename"
  fi
}

do_default_prepare() {
  return 0
}

do_default_build() {
  ./configure --prefix="$pkg_prefix"
  make
}

do_default_install() {
  make install
}

do_default_build_config() {
  __hab_call build-config "$PLAN_CONTEXT" "$pkg_prefix" || exit_with "${__hab_answer[0]}" 1
}

do_default_build_service() {
  __hab_call build-service "$PLAN_CONTEXT" "$pkg_prefix" "${pkg_svc_run:-}" "${pkg_svc_user:-}" "${pkg_svc_group:-}" \
    "$pkg_svc_path" "$pkg_svc_data_path" || exit_with "${__hab_answer[0]}" 1
}

do_default_strip() {
  build_line "Stripping unneeded symbols from binaries and libraries"
  if ! exists strip; then
    warn "There is no program 'strip' on the PATH: binaries are not stripped"
    return 0
  fi
  local index file options
  __hab_call strippable-files "$pkg_prefix"
  for ((index = 0; index < ${#__hab_answer[@]}; index += 2)); do
    file=${__hab_answer[index + 1]}
    case ${__hab_answer[index]} in
      executable) options=(--strip-all) ;;
      shared) options=(--strip-unneeded) ;;
      archive) options=(--strip-debug --enable-deterministic-archives) ;;
    esac
    # Programs for other machines are packaged too (firmware, boot code); this machine's strip may not know them.
    strip "${options[@]}" "$file" || warn "$file was not stripped"
  done
}

do_default_after() {
  return 0
}

do_default_end() {
  return 0
}

do_begin() { do_default_begin; }
do_setup_environment() { return 0; }
do_before() { do_default_before; }
do_download() { do_default_download; }
do_verify() { do_default_verify; }
do_clean() { do_default_clean; }
do_unpack() { do_default_unpack; }
do_prepare() { do_default_prepare; }
do_build() { do_default_build; }
do_install() { do_default_install; }
do_build_config() { do_default_build_config; }
do_build_service() { do_default_build_service; }
do_strip() { do_default_strip; }
do_after() { do_default_after; }
do_end() { do_default_end; }
