import { useState } from 'preact/hooks';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { takeToken, wrong } from '../token.ts';

/** Asks for the operators' token. */
export function Login() {
  const texts = useTexts().login;
  const refused = useStore(wrong);
  const [typed, setTyped] = useState('');
  return (
    <main class="login" id="main">
      <form
        class="box"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') takeToken(typed.trim());
        }}
      >
        <h1>{texts.title}</h1>
        <p class="quiet">{texts.text}</p>
        <label>
          <span>{texts.token}</span>
          <input
            type="password"
            autocomplete="current-password"
            value={typed}
            aria-invalid={refused}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        {refused && (
          <p class="outcome failed" role="alert">
            {texts.wrong}
          </p>
        )}
        <button type="submit" class="button primary wide">
          {texts.enter}
        </button>
      </form>
    </main>
  );
}
