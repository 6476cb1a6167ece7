/** What the service says of itself, in the page's meta element. */
export interface Settings {
  /** `open`: whoever asks is believed. `token`: the seller's login proves it. */
  auth: 'open' | 'token';
  /** Started with demonstration data, open, not in production: made-up crowds may come in. */
  demonstration: boolean;
}

const content = document.querySelector('meta[name="jari"]')?.getAttribute('content') ?? '';

export const settings: Settings = {
  auth: content.includes('auth=token') ? 'token' : 'open',
  demonstration: content.includes('demonstration'),
};
