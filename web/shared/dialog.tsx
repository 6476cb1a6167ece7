import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface ConfirmProps {
  title: string;
  children?: ComponentChildren;
  yes: string;
  no: string;
  /** The confirmed choice can't be taken back: its button says so by its colour as well. */
  grave?: boolean;
  busy?: boolean;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before something that matters. Mounted is open; Escape is no. */
export function Confirm({ title, children, yes, no, grave = false, busy = false, onYes, onNo }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onNo();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <div class="dialog-body">{children}</div>
      <div class="dialog-choices">
        <button type="button" class="button quiet" onClick={onNo} disabled={busy}>
          {no}
        </button>
        <button type="button" class={`button ${grave ? 'grave' : 'primary'}`} onClick={onYes} disabled={busy}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
