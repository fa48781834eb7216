/** The hash puzzle in small, for the lessons: the same answers on every machine, no network, nothing but Node. */
import { createHash } from 'node:crypto';

const HELP = `node docs/lessons/puzzle.mjs COMMAND

  hash TEXT                the hash of a text
  guess TEXT ZEROS         tries TEXT 1, TEXT 2, ... until a hash begins with ZEROS zeros
  zeros TEXT MOST          guesses for 1 zero, 2 zeros, ... MOST zeros
  rounds TEXT ZEROS COUNT  the same puzzle COUNT times, each with another text
  pool TEXT                ten miners, alone and together
  block                    the answer that made Bitcoin's first block`;

/** SHA-256 twice, as Bitcoin does it. */
const hash256 = (data) => createHash('sha256').update(createHash('sha256').update(data).digest()).digest();
const hashText = (text) => hash256(text).toString('hex');
const number = (value) => value.toLocaleString('en-US');
const plural = (count, word) =>
  `${number(count)} ${word}${count === 1 ? '' : word.endsWith('s') ? 'es' : 's'}`;

/** The least number that, behind the text, gives a hash with so many zeros. */
function guess(text, zeros) {
  const wanted = '0'.repeat(zeros);
  for (let tries = 1; ; tries++) {
    const hash = hashText(`${text} ${tries}`);
    if (hash.startsWith(wanted)) return { tries, hash };
  }
}

function showGuess(text, zeros) {
  for (const tries of [1, 2, 3]) console.log(`guess ${tries}: ${hashText(`${text} ${tries}`)}`);
  const { tries, hash } = guess(text, zeros);
  console.log('...');
  console.log(`guess ${tries}: ${hash}`);
  console.log(
    `found after ${plural(tries, 'guess')}; 1 in ${number(16 ** zeros)} hashes begins with ${zeros} zeros`,
  );
  console.log(`to check it, one hash: node docs/lessons/puzzle.mjs hash "${text} ${tries}"`);
}

function showZeros(text, most) {
  for (let zeros = 1; zeros <= most; zeros++) {
    const { tries, hash } = guess(text, zeros);
    console.log(
      `zeros ${zeros}: found after ${plural(tries, 'guess')}, average ${number(16 ** zeros)}, ${hash.slice(0, 12)}...`,
    );
  }
}

function showRounds(text, zeros, count) {
  const average = 16 ** zeros;
  const all = Array.from({ length: count }, (_, i) => guess(`${text} round ${i + 1}:`, zeros).tries);
  for (const [i, tries] of count <= 30 ? all.entries() : []) {
    const bar = '#'.repeat(Math.ceil((tries / average) * 10));
    console.log(`round ${i + 1}: ${bar} ${number(tries)}`);
  }
  const sum = all.reduce((total, tries) => total + tries, 0);
  const part = (test) => `${Math.round((all.filter(test).length / count) * 100)}% of the rounds`;
  console.log(
    `average of ${number(count)} rounds: ${number(Math.round(sum / count))} guesses; expected: ${number(average)}`,
  );
  console.log(`shortest: ${number(Math.min(...all))}; longest: ${number(Math.max(...all))}`);
  console.log(`done within the expected ${number(average)}: ${part((tries) => tries <= average)}`);
  console.log(`not done after three times that: ${part((tries) => tries > 3 * average)}`);
  const waiting = all.filter((tries) => tries > average);
  if (waiting.length < 10) return;
  const more = waiting.reduce((total, tries) => total + tries - average, 0) / waiting.length;
  console.log(`those that had no answer by then needed on average ${number(Math.round(more))} more`);
}

/** Ten miners make the same number of guesses. Four zeros are a block of 50 coins; two zeros are a share, a proof of work done. */
function showPool(text) {
  const guesses = 20_000;
  const miners = Array.from({ length: 10 }, (_, i) => {
    const hashes = Array.from({ length: guesses }, (_, n) => hashText(`${text} miner ${i + 1}: ${n + 1}`));
    const count = (zeros) => hashes.filter((hash) => hash.startsWith('0'.repeat(zeros))).length;
    return { blocks: count(4), shares: count(2) };
  });
  const coins = 50 * miners.reduce((total, { blocks }) => total + blocks, 0);
  const shares = miners.reduce((total, miner) => total + miner.shares, 0);
  for (const [i, miner] of miners.entries()) {
    const alone = `alone ${miner.blocks * 50} coins`;
    const together = `in the pool ${((coins * miner.shares) / shares).toFixed(1)} coins`;
    console.log(
      `miner ${i + 1}: ${plural(miner.shares, 'share')}, ${plural(miner.blocks, 'block')}; ${alone}, ${together}`,
    );
  }
  console.log(`each made ${number(guesses)} guesses; all together: ${number(shares)} shares, ${coins} coins`);
}

/** The header of mainnet's block 0, 80 bytes; the number that was guessed is its last 4. */
function showBlock() {
  const header = `01000000${'00'.repeat(32)}3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c`;
  const hash = (hex) => hash256(Buffer.from(hex, 'hex')).reverse().toString('hex'); // Bitcoin writes it back to front
  console.log(`header: ${header}`);
  console.log(`hash: ${hash(header)}`);
  console.log('its number: 2083236893');
  console.log(`hash with the next number: ${hash(header.replace(/1dac2b7c$/, '1eac2b7c'))}`);
}

function whole(text, most) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  console.error(`Expected a whole number from 1 to ${most}, received ${JSON.stringify(text ?? '')}.`);
  process.exit(2);
}

/** The commands, and the names of what stands behind each; TEXT goes first. */
const COMMANDS = {
  hash: { needs: ['TEXT'], run: ([text]) => console.log(hashText(text)) },
  guess: { needs: ['TEXT', 'ZEROS'], run: ([text, zeros]) => showGuess(text, whole(zeros, 6)) },
  zeros: { needs: ['TEXT', 'MOST'], run: ([text, most]) => showZeros(text, whole(most, 6)) },
  rounds: {
    needs: ['TEXT', 'ZEROS', 'COUNT'],
    run: ([text, zeros, count]) => showRounds(text, whole(zeros, 4), whole(count, 2000)),
  },
  pool: { needs: ['TEXT'], run: ([text]) => showPool(text) },
  block: { needs: [], run: showBlock },
};

/** What to type instead: without quotes a text falls apart at its spaces, and the hash of its first word would look like an answer. */
function advice(command, needs, given) {
  if (given.length < needs.length || needs.length === 0) return `Type: ${[command, ...needs].join(' ')}`;
  const words = given.length - needs.length + 1;
  const text = `"${given.slice(0, words).join(' ')}"`;
  return `Put the text in quotes: ${[command, text, ...given.slice(words)].join(' ')}`;
}

const [command, ...given] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command ?? '')) {
  console.error(HELP);
  process.exit(2);
}
const { needs, run } = COMMANDS[command];
if (given.length !== needs.length) {
  console.error(advice(command, needs, given));
  process.exit(2);
}
run(given);
