// Preloaded by the build: keeps what V8 compiled of a bundle in a run, beside the bundle, for `hab` to start from.
const fs = require("node:fs")
const vm = require("node:vm")

const { Script } = vm
const scripts = []

vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options)
    scripts.push({ file: options.filename, script: this })
  }
}
process.on("exit", () => {
  for (const { file, script } of scripts) {
    fs.writeFileSync(`${file}.compiled.tmp`, script.createCachedData())
    fs.renameSync(`${file}.compiled.tmp`, `${file}.compiled`)
  }
})
