/** How a message came: it decides how long the reply may be (RFC 1035 4.2). The numbers are those of the listeners. */
export const Transport = { Udp: 0, Tcp: 1 } as const
export type Transport = (typeof Transport)[keyof typeof Transport]
