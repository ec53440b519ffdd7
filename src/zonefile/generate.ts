/** The numbers that a $GENERATE counts through. */
export interface GenerateRange {
  readonly start: number
  readonly stop: number
  readonly step: number
}

/** Replaces one `$` of a template: the number plus `offset`, written at least `width` wide. */
interface Substitution {
  readonly offset: number
  readonly width: number
  /** d, o, x, X: number base as in C; n, N: hexadecimal digits as labels, the lowest first. */
  readonly base: string
}

/** One side of a $GENERATE directive: text, and the places where the number goes. */
export type Template = readonly (string | Substitution)[]

/** BIND counts in C's int, and takes no range beyond it. */
const MAX_NUMBER = 0x7fffffff
/** BIND writes each number into 128 octets and refuses what does not fit. */
const MAX_WIDTH = 127

/** Reads `start-stop` or `start-stop/step`; undefined when it is malformed, counts down, or never advances. */
export function parseRange(text: string): GenerateRange | undefined {
  const parts = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(text)
  if (parts === null) return undefined
  const range = { start: Number(parts[1]), stop: Number(parts[2]), step: Number(parts[3] ?? '1') }
  if (range.stop > MAX_NUMBER || range.start > range.stop || range.step < 1) return undefined
  return range
}

/** A `${...}` in a template is malformed. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/**
 * Reads one side of a $GENERATE directive as BIND does: `$` is the number, `${offset,width,base}` the number so
 * written, `$$` a dollar sign; an escape stays as it is, so `\$` comes out as the dollar sign that it stands for.
 * (BIND adds the offset of a `${...}` to each lone `$` after it too, against its manual; a lone `$` here never has one.)
 * @param text one character an octet
 * @throws TemplateError
 */
export function parseTemplate(text: string): Template {
  const parts: (string | Substitution)[] = []
  let literal = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '\\') {
      literal += text.slice(at, at + 2)
      at++
    } else if (character !== '$') {
      literal += character
    } else if (text[at + 1] === '$') {
      literal += '$'
      at++
    } else {
      if (literal !== '') parts.push(literal)
      literal = ''
      if (text[at + 1] === '{') {
        const close = text.indexOf('}', at)
        const inside = close === -1 ? text.slice(at) : text.slice(at, close + 1)
        parts.push(parseSubstitution(inside))
        at = close
      } else {
        parts.push({ offset: 0, width: 0, base: 'd' })
      }
    }
  }
  if (literal !== '') parts.push(literal)
  return parts
}

function parseSubstitution(text: string): Substitution {
  const parts = /^\$\{([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}$/.exec(text)
  const width = Number(parts?.[2] ?? '0')
  if (parts === null || width > MAX_WIDTH) throw new TemplateError(text)
  return { offset: Number(parts[1]), width, base: parts[3] ?? 'd' }
}

/** The template's text for one number; undefined when the number with its offset leaves C's int. */
export function expandTemplate(template: Template, value: number): string | undefined {
  let text = ''
  for (const part of template) {
    if (typeof part === 'string') {
      text += part
    } else {
      const number = value + part.offset
      if (number > MAX_NUMBER || number < -MAX_NUMBER - 1) return undefined
      text += numberText(number, part)
    }
  }
  return text
}

function numberText(number: number, { width, base }: Substitution): string {
  switch (base) {
    case 'o':
      return (number >>> 0).toString(8).padStart(width, '0')
    case 'x':
      return (number >>> 0).toString(16).padStart(width, '0')
    case 'X':
      return (number >>> 0).toString(16).toUpperCase().padStart(width, '0')
    case 'n':
      return nibbles(number, width)
    case 'N':
      return nibbles(number, width).toUpperCase()
    default:
      return number < 0 ? `-${String(-number).padStart(width - 1, '0')}` : String(number).padStart(width, '0')
  }
}

/** The width counts digits and dots alike, so an even one ends in a dot, as in BIND. */
function nibbles(number: number, width: number): string {
  let text = ''
  let rest = number >>> 0
  let wanted = width
  do {
    text += (rest & 15).toString(16)
    rest >>>= 4
    wanted--
    if (wanted > 0 || rest !== 0) {
      text += '.'
      wanted--
    }
  } while (rest !== 0 || wanted > 0)
  return text
}
