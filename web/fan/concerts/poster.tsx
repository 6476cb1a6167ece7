import { useId } from 'preact/hooks';
import type { Concert } from '../../shared/types.ts';
import { hueOf } from '../catalogue.ts';
import { Piano } from './motifs/piano.tsx';
import { Rings } from './motifs/rings.tsx';
import { Snow } from './motifs/snow.tsx';
import { Stars } from './motifs/stars.tsx';
import { Waves } from './motifs/waves.tsx';

const MOTIFS = { snow: Snow, waves: Waves, piano: Piano, stars: Stars };

/** A concert's poster, drawn. 3 to 4, cut at the edges where the frame is of another shape. The text beside it says what it is. */
export function Poster({ concert, class: className = '' }: { concert: Concert; class?: string }) {
  const Motif = MOTIFS[concert.poster.motif as keyof typeof MOTIFS] ?? Rings;
  return (
    <svg class={`poster ${className}`} viewBox="0 0 300 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <Motif hue={hueOf(concert)} seed={concert.concertId} id={useId()} />
    </svg>
  );
}
