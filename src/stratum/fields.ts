/** Reading the fields of a message: each is checked, the first wrong one is remembered, and nothing throws. */
import { shown } from './text.ts';

/** A decoded message, or why it is none. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly string[] }
  /** `reason` is a sentence with what was expected and what was received. */
  | { readonly ok: false; readonly reason: string };

/** Reads fields; a field that is wrong reads as an empty one, and {@link FieldReader.result} then refuses the message. */
export interface FieldReader {
  /** Bytes written as hex in either case. */
  bytes(value: unknown, name: string, minBytes: number, maxBytes: number): Uint8Array;
  /** An unsigned 32-bit number written as 1 to 8 hex digits, most significant first: public-pool leaves leading zeros out. */
  word(value: unknown, name: string): number;
  text(value: unknown, name: string, maxLength: number): string;
  /** A whole number; as a string it is taken with a warning. */
  integer(value: unknown, name: string, min: number, max: number): number;
  array(value: unknown, name: string, maxLength: number): readonly unknown[];
  /** Refuses the message, unless an earlier field did. */
  refuse(expected: string, received: unknown): void;
  /** Takes the message, but says so. */
  warn(warning: string): void;
  result<T>(value: T): Decoded<T>;
}

/** A reader for the fields of one message. */
export function createFieldReader(): FieldReader {
  let problem: string | undefined;
  const warnings: string[] = [];
  const refuse = (expected: string, received: unknown) => {
    problem ??= `Expected ${expected}, received ${shown(received)}.`;
  };
  return {
    refuse,
    warn: (warning) => void warnings.push(warning),
    bytes(value, name, minBytes, maxBytes) {
      const isSized =
        typeof value === 'string' && value.length >= 2 * minBytes && value.length <= 2 * maxBytes;
      const bytes = isSized ? decodeHex(value) : undefined;
      if (bytes === undefined) refuse(`${name} of ${range(minBytes, maxBytes)} bytes in hex`, value);
      return bytes ?? new Uint8Array(0);
    },
    word(value, name) {
      const word = typeof value === 'string' && value.length <= 8 ? decodeWord(value) : undefined;
      if (word === undefined) refuse(`${name} of 8 hex digits`, value);
      return word ?? 0;
    },
    text(value, name, maxLength) {
      if (typeof value === 'string' && value.length <= maxLength) return value;
      refuse(`${name}, a string of at most ${maxLength} characters`, value);
      return '';
    },
    integer(value, name, min, max) {
      const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) {
        if (typeof value === 'string') warnings.push(`The pool sent ${name} as a string, ${shown(value)}.`);
        return number;
      }
      refuse(`${name}, a whole number from ${min} to ${max}`, value);
      return 0;
    },
    array(value, name, maxLength) {
      if (Array.isArray(value) && value.length <= maxLength) return value;
      refuse(`${name}, an array of at most ${maxLength}`, value);
      return [];
    },
    result: (value) =>
      problem === undefined ? { ok: true, value, warnings } : { ok: false, reason: problem },
  };
}

const range = (min: number, max: number) => (min === max ? `${min}` : `${min} to ${max}`);

const NO_DIGIT = 16;

/** The value of each hex digit by its character code. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? NO_DIGIT : value;
});

/** Hex to bytes, undefined where it is none; in one pass, since pools announce jobs of many kilobytes. */
function decodeHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  let all = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = DIGITS[hex.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    all |= high | low;
    bytes[i] = (high << 4) | low;
  }
  return all < NO_DIGIT ? bytes : undefined;
}

/** 1 to 8 hex digits as a number, undefined where they are none. */
function decodeWord(hex: string): number | undefined {
  let all = hex === '' ? NO_DIGIT : 0;
  let word = 0;
  for (let i = 0; i < hex.length; i++) {
    const digit = DIGITS[hex.charCodeAt(i)] ?? NO_DIGIT;
    all |= digit;
    word = word * 16 + digit;
  }
  return all < NO_DIGIT ? word : undefined;
}
