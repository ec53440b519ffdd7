import { type Name, nameFromText, nameToText } from '../../wire/index.ts'

/** A name below the origin as if that were the root: `example.com.` of `example.com.mail.` */
export function relativeName(text: string, origin: Name): Name {
  const name = nameFromText(text)
  const relative = new Uint8Array(name.length - origin.length + 1)
  relative.set(name.subarray(0, relative.length - 1))
  return relative
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

/** A relative name in presentation form, without the final dot. */
export function relativeText(name: Name): string {
  return withoutDot(nameToText(name))
}

function withoutDot(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}
