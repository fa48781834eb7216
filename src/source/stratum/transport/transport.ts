/** What a connection to a pool offers, whatever carries it, and the limits it keeps. */
import { CLIENT_MAX_LINE_BYTES } from '../../../stratum/lines.ts';
import type { SocksProxy } from '../proxy.ts';

/** A connection that is open: lines come in, lines go out. */
export interface Transport {
  readonly remote: RemoteDescription;
  /**
   * The lines of the pool without their line ends; blank ones are left out. One reader: the socket is paused while the reader is busy.
   * Ends after {@link Transport.close} and when the signal aborts. When the pool or a limit ends the connection it throws the reason
   * (`POOL_CLOSED`, `POOL_FLOOD`, `POOL_LINE_TOO_LONG`, `POOL_NEEDS_TLS`, `POOL_NOT_READING`), after the lines that came before. Leaving the
   * loop closes the transport.
   */
  readonly lines: AsyncIterable<string>;
  /** Hands one line, given without its line end, to the socket; false when the transport is closed and the line is lost. */
  send(line: string): boolean;
  /** Says goodbye; what was sent still goes out. Resolves when the socket is gone; calling it again changes nothing. */
  close(): Promise<void>;
}

/** Who answered. */
export interface RemoteDescription {
  /** `address:port` as it was connected to; with a proxy the name, which only the proxy resolves. */
  readonly address: string;
  /** The proxy's URL, without a password. */
  readonly proxy?: string;
  readonly tls?: TlsDescription;
}

/** How the connection is encrypted. */
export interface TlsDescription {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** SHA-256 of the certificate (DER), as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
  /** Why the certificate was accepted: by an authority and its name, by its pin, or not at all (`insecure`). */
  readonly trust: 'verified' | 'pinned' | 'insecure';
}

/** How a TLS certificate is judged. With nothing given: by Node's authorities and the host's name. */
export interface TlsOptions {
  /** A PEM file with authorities that are trusted besides Node's own. */
  readonly caFile?: string;
  /**
   * SHA-256 of the certificate (DER) or of its public key (SPKI), in hex or base64. Exactly this certificate or key is accepted, and
   * for it alone neither name, nor dates, nor issuer count. A pin is checked even when `insecure` is set.
   */
  readonly pin?: string;
  /** Accepts every certificate, with a warning at each connection. @default false */
  readonly insecure?: boolean;
}

/** What a connection may cost; a pool that goes beyond is dropped. */
export interface TransportLimits {
  /** Longest line, bytes before its line feed; for a WebSocket also the longest message. @default 1_048_576 */
  readonly maxLineBytes: number;
  /** Messages each second that are borne for long. @default 1_000 */
  readonly messagesPerSecond: number;
  /** Messages at once: what piled up while this computer slept. @default 10_000 */
  readonly messageBurst: number;
  /** Bytes that may wait for a pool that does not read. @default 1_048_576 */
  readonly maxUnsentBytes: number;
}

/** The limits of a connection when nothing else is said. */
export const DEFAULT_LIMITS: TransportLimits = {
  maxLineBytes: CLIENT_MAX_LINE_BYTES,
  messagesPerSecond: 1_000,
  messageBurst: 10_000,
  maxUnsentBytes: 1_048_576, // some 7,000 shares
};

/** How to connect. */
export interface TransportOptions {
  readonly tls?: TlsOptions;
  readonly proxy?: SocksProxy;
  readonly limits?: Partial<TransportLimits>;
  /** Milliseconds for everything until the first line can be sent. @default 10_000, with a proxy 30_000 */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence after which TCP asks whether the pool still lives. @default 30_000 */
  readonly keepAliveMs?: number;
  /** Told what the user must know, a sentence. */
  readonly onWarning?: (message: string) => void;
  /** Milliseconds of a clock that never jumps, for the message rate. @default performance.now */
  readonly now?: () => number;
}
