import { remembered } from '../../shared/remembered.ts';
import { makeStore } from '../../shared/store.ts';
import { place } from './place.ts';

/** Whether the fan wants to hear it when it is their turn. */
export const chimes = makeStore(remembered.get<boolean>('chime') ?? true);

export function setChimes(on: boolean): void {
  remembered.set('chime', on);
  chimes.set(on);
}

let audio: AudioContext | null = null;

/** Browsers play sound only after a click: call this in one, before the sound is needed. */
export function allowSound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
  } catch {
    // No sound on this device; the title and the page say it as well.
  }
}

const NOTES_HERTZ = [659.25, 783.99, 1046.5];

/** Three soft notes upwards. */
export function chime(): void {
  if (!audio) return;
  for (const [i, hertz] of NOTES_HERTZ.entries()) {
    const at = audio.currentTime + i * 0.22;
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.type = 'sine';
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.22, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 1.1);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 1.2);
  }
}

/** Makes itself heard and felt when a place turns from waiting to active. Call once. */
export function announceTurns(): void {
  let before = place.get();
  place.follow((now) => {
    const isTurn = now?.status === 'ACTIVE' && before?.status === 'WAITING' && before.ticket === now.ticket;
    before = now;
    if (!isTurn) return;
    if (chimes.get()) chime();
    navigator.vibrate?.([120, 80, 120]);
  });
}
