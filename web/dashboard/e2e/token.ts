import { createHmac } from 'node:crypto';

export const SECRET = 'a secret of the tests with 32 bytes and more';

/** Seconds that a server goes on taking a token that has expired: clocks differ. */
export const SKEW = 30;

export interface Claims {
  tenants: readonly string[];
  admin?: boolean;
  /** Seconds from now until it is refused. */
  validFor?: number;
}

export function tokenOf({ tenants, admin = false, validFor = 3_600 }: Claims): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + validFor - SKEW;
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'test', tenants, admin, exp })}`;
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
}
