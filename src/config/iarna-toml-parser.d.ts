/** The library's parser class, which its own types leave out. Each `parse…` and `record…` method is one of its states. */
declare module "@iarna/toml/lib/toml-parser.js" {
  class TOMLParser {
    /** Offset of the current character in the text. */
    protected ii: number
    parse(text: string): void
    finish(): unknown
    protected error<E extends Error>(error: E): E
    protected atEndOfWord(): boolean
    protected parseOnlyTimeFractionMaybe(): unknown
    protected parseValue(): unknown
    protected recordAssignKeyword(key: string): unknown
    protected recordAssignValue(value: unknown): unknown
    protected recordInlineListValue(value: unknown): unknown
    protected parseTableMore(keyword: string): unknown
    protected parseListMore(keyword: string): unknown
  }
  export = TOMLParser
}
