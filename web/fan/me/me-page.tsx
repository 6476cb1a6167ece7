import { useEffect, useState } from 'preact/hooks';
import { localDateTime, won } from '../../shared/format.ts';
import { chooseLanguage, type Language, language } from '../../shared/language.ts';
import { settings } from '../../shared/settings.ts';
import { useStore } from '../../shared/store.ts';
import { chooseTheme, type Theme, theme } from '../../shared/theme.ts';
import { balance, useReservations } from '../checkout/reservations.ts';
import { TopUp } from '../checkout/top-up.tsx';
import { become, fan, newUserId, USER_ID } from '../identity.ts';
import { notify } from '../shell/notice.tsx';
import { useTitle } from '../shell/title.ts';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { useLedger } from './ledger.ts';

/** Who the fan is, their wallet, and how the pages look. */
export function MePage() {
  const texts = useTexts();
  const { refused, again } = useReservations();
  useTitle(texts.me.title);
  return (
    <main class="page narrow" id="main">
      <h1 tabIndex={-1}>{texts.me.title}</h1>
      {refused && <Trouble refused={refused} again={again} />}
      <WhoCard />
      <WalletCard />
      <LooksCard />
    </main>
  );
}

function WhoCard() {
  const texts = useTexts();
  const me = useStore(fan);
  const [name, setName] = useState(me?.userId ?? '');
  useEffect(() => setName(me?.userId ?? ''), [me]);
  const valid = USER_ID.test(name);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!valid || name === me?.userId) return;
    become(name);
    notify(texts.me.changed, 'good');
  };
  if (settings.auth === 'token') {
    return (
      <section class="card">
        <h2>{texts.me.who}</h2>
        <p>
          <strong>{me?.userId}</strong>
        </p>
        <p class="quiet">{texts.me.tokenNote}</p>
      </section>
    );
  }
  return (
    <section class="card">
      <h2>{texts.me.who}</h2>
      <p class="quiet">{texts.me.openNote}</p>
      <form class="who" onSubmit={submit}>
        <label for="user-id">{texts.me.userId}</label>
        <input
          id="user-id"
          value={name}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={!valid}
          aria-describedby="user-id-rule"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <small id="user-id-rule">{texts.me.userIdRule}</small>
        <div class="who-choices">
          <button type="submit" class="button primary" disabled={!valid || name === me?.userId}>
            {texts.me.change}
          </button>
          <button type="button" class="button quiet" onClick={() => become(newUserId())}>
            {texts.me.fresh}
          </button>
        </div>
      </form>
    </section>
  );
}

function WalletCard() {
  const texts = useTexts();
  const now = useStore(language);
  const money = useStore(balance);
  const { entries, more } = useLedger(money);
  return (
    <section class="card">
      <h2>{texts.checkout.balance}</h2>
      <p class="balance">{money === null ? '–' : won(money, now)}</p>
      <TopUp />
      <h3>{texts.checkout.ledger}</h3>
      {entries.length === 0 && <p class="quiet">{texts.checkout.noEntries}</p>}
      <ul class="ledger">
        {entries.map(({ entryId, amount, kind, at }) => (
          <li key={entryId}>
            <span>{texts.checkout.kinds[kind]}</span>
            <time dateTime={at}>{localDateTime(at, now)}</time>
            <b class={amount < 0 ? 'out' : 'in'}>
              {amount < 0 ? '−' : '+'}
              {won(Math.abs(amount), now)}
            </b>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" class="link" onClick={more}>
          {texts.checkout.more}
        </button>
      )}
    </section>
  );
}

function LooksCard() {
  const texts = useTexts();
  const nowLanguage = useStore(language);
  const nowTheme = useStore(theme);
  return (
    <section class="card looks">
      <fieldset class="choice">
        <legend>{texts.app.language}</legend>
        {(['ko', 'en'] as Language[]).map((one) => (
          <button
            key={one}
            type="button"
            lang={one}
            aria-pressed={nowLanguage === one}
            onClick={() => chooseLanguage(one)}
          >
            {one === 'ko' ? '한국어' : 'English'}
          </button>
        ))}
      </fieldset>
      <fieldset class="choice">
        <legend>{texts.app.theme}</legend>
        {(['system', 'light', 'dark'] as Theme[]).map((one) => (
          <button key={one} type="button" aria-pressed={nowTheme === one} onClick={() => chooseTheme(one)}>
            {texts.app.themes[one]}
          </button>
        ))}
      </fieldset>
    </section>
  );
}
