import { day, number, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import type { Concert } from '../../shared/types.ts';
import { concerts, hueOf, titleOf, venueOf } from '../catalogue.ts';
import { paths } from '../router.ts';
import { Link } from '../shell/link.tsx';
import { useTitle } from '../shell/title.ts';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { Poster } from './poster.tsx';

/** What is on sale, best-selling first; the first one large. */
export function ConcertsPage() {
  const texts = useTexts();
  const { value, refused, again } = useLoaded(concerts, []);
  useTitle(texts.concerts.title);
  return (
    <main class="page" id="main" aria-busy={value === null && refused === null}>
      <div class="page-head">
        <h1 tabIndex={-1}>{texts.concerts.title}</h1>
        <p class="lead">{texts.concerts.lead}</p>
      </div>
      {refused && <Trouble refused={refused} again={again} />}
      {value === null && !refused && <PosterBones />}
      {value?.length === 0 && <p class="empty">{texts.concerts.none}</p>}
      {value && value.length > 0 && (
        <ul class="posters">
          {value.map((concert, i) => (
            <ConcertCard key={concert.concertId} concert={concert} large={i === 0} />
          ))}
        </ul>
      )}
    </main>
  );
}

function ConcertCard({ concert, large }: { concert: Concert; large: boolean }) {
  const texts = useTexts();
  const now = useStore(language);
  const { concertId, artist, firstStartsAt, priceFrom, sold, rank } = concert;
  return (
    <li class={large ? 'poster-card large' : 'poster-card'} style={{ '--hue': String(hueOf(concert)) }}>
      <Link to={paths.concert(concertId)} class="poster-link">
        <span class="poster-frame">
          <Poster concert={concert} />
          {sold > 0 && <span class="rank">{texts.concerts.rank(rank)}</span>}
        </span>
        <span class="poster-text">
          <strong class="poster-title">{titleOf(concert, now)}</strong>
          <span class="poster-artist">{artist}</span>
          <span class="poster-facts">
            <span>{firstStartsAt ? day(firstStartsAt, now) : texts.concerts.soon}</span>
            <span>{venueOf(concert, now)}</span>
          </span>
          <span class="poster-facts">
            <span>{texts.concerts.from(won(priceFrom, now))}</span>
            {sold > 0 && <span>{texts.concerts.sold(number(sold, now))}</span>}
          </span>
        </span>
      </Link>
    </li>
  );
}

const PosterBones = () => (
  <div class="posters" aria-hidden="true">
    <div class="bone bone-poster large" />
    <div class="bone bone-poster" />
    <div class="bone bone-poster" />
    <div class="bone bone-poster" />
  </div>
);
