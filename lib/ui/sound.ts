/**
 * The sound of a toast: two short tones, made on the spot.
 *
 * @module
 */

let context: AudioContext | null = null;

/** Tones, Hz, and how long each lasts, s. */
const tones = [880, 1_175];
const toneSeconds = 0.12;
const loudness = 0.08;

/** Plays it; silent where the browser wants an act of the person first. */
export function playToastSound(): void {
  try {
    context ??= new AudioContext();
    const { currentTime, destination } = context;
    tones.forEach((frequency, i) => {
      const oscillator = new OscillatorNode(context!, { frequency });
      const gain = new GainNode(context!, { gain: 0 });
      const from = currentTime + i * toneSeconds;
      gain.gain.linearRampToValueAtTime(loudness, from + 0.02);
      gain.gain.linearRampToValueAtTime(0, from + toneSeconds);
      oscillator.connect(gain).connect(destination);
      oscillator.start(from);
      oscillator.stop(from + toneSeconds);
    });
  } catch {
    // A browser without sound shows the toast all the same.
  }
}
