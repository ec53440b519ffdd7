import { type Name, nameFromText, nameToText } from '../../wire/index.ts'

const ROOT: Name = Uint8Array.of(0)

/** The labels of a name below the origin, in presentation form without the final dot: `example.com` of `example.com.mail.` */
export function relativeText(text: string, origin: Name): string {
  const name = nameFromText(text)
  const relative = new Uint8Array(name.length - origin.length + 1)
  relative.set(name.subarray(0, relative.length - 1))
  return withoutDot(nameToText(relative))
}

/** Each label in presentation form. */
export function labelsOf(text: string, origin: Name): string[] {
  const name = nameFromText(text)
  const labels: string[] = []
  for (let at = 0; at < name.length - origin.length; at += name[at]! + 1) {
    const label = new Uint8Array(name[at]! + 2)
    label.set(name.subarray(at, at + name[at]! + 1))
    labels.push(withoutDot(nameToText(label)))
  }
  return labels
}

/** Whether a name below the origin is this one, or ends in its labels; both in presentation form. */
export function endsIn(relative: string, suffix: string): boolean {
  return relative === suffix || relative.endsWith(`.${suffix}`)
}

/** As names are compared: lower case, no final dot. */
export function comparable(text: string): string {
  const name = nameFromText(text)
  return name.length === ROOT.length ? '' : withoutDot(nameToText(name)).toLowerCase()
}

function withoutDot(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}
