# The variables of a plan before and after it is read (spec package §2.2). The builder sets those it knows (pkg_target,
# pkg_release, the HAB_* paths), calls __hab_declare_plan, sources the plan, then calls __hab_settle_plan.

__hab_service_paths() {
  pkg_svc_path="$HAB_ROOT_PATH/svc/$1"
  pkg_svc_data_path="$pkg_svc_path/data"
  pkg_svc_files_path="$pkg_svc_path/files"
  pkg_svc_var_path="$pkg_svc_path/var"
  pkg_svc_config_path="$pkg_svc_path/config"
  pkg_svc_config_install_path="$pkg_svc_path/config_install"
  pkg_svc_static_path="$pkg_svc_path/static"
}

__hab_name_token='@__pkg_name__@'

__hab_declare_plan() {
  declare -ga pkg_license=() pkg_deps=() pkg_build_deps=() pkg_lib_dirs=() pkg_bin_dirs=() pkg_include_dirs=()
  declare -ga pkg_pconfig_dirs=() pkg_interpreters=() pkg_exposes=()
  declare -ga pkg_deps_resolved=() pkg_build_deps_resolved=() pkg_tdeps_resolved=() pkg_build_tdeps_resolved=()
  declare -ga pkg_all_deps_resolved=() pkg_all_tdeps_resolved=()
  declare -gA pkg_exports=() pkg_binds=() pkg_binds_optional=()
  pkg_origin="" pkg_svc_run=""
  pkg_svc_user=hab
  # Taken before the plan is read, so a plan that sets only the user keeps the group hab.
  pkg_svc_group=$pkg_svc_user
  # The name is not known yet; pkg_svc_run may hold these paths and gets the name put in later.
  __hab_service_paths "$__hab_name_token"
}

__hab_settle_plan() {
  if [[ -n ${HAB_ORIGIN:-} ]]; then
    pkg_origin=$HAB_ORIGIN
  fi
  pkg_svc_run=${pkg_svc_run//"$__hab_name_token"/${pkg_name:-}}
  if [[ -z ${pkg_version:-} ]] && declare -F pkg_version >/dev/null; then
    pkg_version=$__hab_version_unset
  fi
  if [[ -n ${pkg_source:-} && -z ${pkg_filename:-} ]]; then
    pkg_filename=${pkg_source##*/}
  fi
  __hab_fixed_dirname=${pkg_dirname:+yes}
  unset CACHE_PATH
  pkg_name=${pkg_name:-} pkg_version=${pkg_version:-}
  __hab_settle_paths
  pkg_prefix=${pkg_prefix:-$HAB_PKG_PATH/$pkg_origin/$pkg_name/$pkg_version/$pkg_release}
  __hab_service_paths "$pkg_name"
}
