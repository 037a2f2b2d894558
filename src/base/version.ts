/** Version of this hab. Written by hand together with package.json; test/base/version.test.ts compares them. */
export const VERSION = "0.1.0"
