// Loaded by Node's own require, in which import() works: the bundles are compiled without a loader.
module.exports = (url) => import(url)
