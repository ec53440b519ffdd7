import { readFileSync } from 'node:fs'
import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { ConfigError, type ConfigProblem } from './error.ts'
import { type Config, configSchema, keysAt } from './schema.ts'
import { nearest } from './suggest.ts'

/** More than this is no configuration: it keeps a mistaken path (a zone file) from being parsed as YAML. */
const LARGEST_FILE = 4 * 1024 * 1024

/**
 * Reads and checks a configuration file.
 * @throws ConfigError listing every problem with its line and key
 */
export function readConfig(file: string): Config {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const message =
      code === 'ENOENT'
        ? 'no such file; name the configuration with --config FILE'
        : code === 'EACCES'
          ? 'may not be read by this user; check its permissions'
          : code === 'EISDIR'
            ? 'is a folder; name the file in it'
            : (error as Error).message
    throw new ConfigError([{ file, line: 0, column: 0, key: '', message }])
  }
  return parseConfig(content, file)
}

/**
 * Checks the text of a configuration.
 * @param file its name, for messages
 * @throws ConfigError listing every problem with its line and key
 */
export function parseConfig(content: string, file: string): Config {
  if (content.length > LARGEST_FILE) {
    throw new ConfigError([
      { file, line: 0, column: 0, key: '', message: `larger than ${LARGEST_FILE} octets: not a configuration file` },
    ])
  }
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0])
        return { file, line, column: col, key: '', message: `not valid YAML: ${error.message}` }
      }),
    )
  }
  let value: unknown
  try {
    value = document.toJS() ?? {}
  } catch (error) {
    // An alias that expands beyond measure is found only here.
    throw new ConfigError([
      { file, line: 0, column: 0, key: '', message: `not valid YAML: ${(error as Error).message}` },
    ])
  }
  const result = configSchema.safeParse(value)
  if (result.success) return result.data

  const at = (node: Node | undefined): { line: number; column: number } => {
    const offset = node?.range?.[0]
    if (offset === undefined) return { line: 0, column: 0 }
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const nodeAt = (path: readonly PropertyKey[]): Node | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node)) return node
    }
    return undefined
  }
  const problems = result.error.issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      const map = nodeAt(issue.path)
      return issue.keys.map((key) => ({
        file,
        ...at(isMap(map) ? keyNode(map, key) : map),
        key: keyText([...issue.path, key]),
        message: unknownKey(key, issue.path),
      }))
    }
    const missing = issue.path.length > 0 && !document.hasIn(issue.path)
    return [
      {
        file,
        ...at(nodeAt(issue.path)),
        key: keyText(issue.path),
        message: missing ? `missing: ${issue.message}` : issue.message,
      },
    ]
  })
  throw new ConfigError(problems.sort((a, b) => a.line - b.line || a.column - b.column))
}

function keyNode(map: YAMLMap, key: string): Node | undefined {
  const found = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
  return isNode(found?.key) ? found.key : undefined
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt(path) ?? []
  const guess = nearest(key, known)
  return guess === undefined ? `unknown key; known here: ${known.join(', ')}` : `unknown key; did you mean '${guess}'?`
}

/** `zones[1].origin` from `['zones', 1, 'origin']`. */
function keyText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  )
}
