/** Text modules: wrangler and workerd hand their text over, and nothing parses it. */
declare module '*.txt' {
  const text: string
  export default text
}
