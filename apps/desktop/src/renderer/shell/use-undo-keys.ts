/** Ctrl+Z and Ctrl+Shift+Z on screens beside the week board, outside of fields: those have an undo of their own. */
import { useEffect } from 'react';
import { problemsText } from '../lib/problems.ts';
import { useApp } from './app-context.tsx';
import { notify } from './notify.tsx';

export function useUndoKeys(): void {
  const { source } = useApp();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
      if ((event.target as Element).closest('input, textarea, [role="dialog"]')) return;
      event.preventDefault();
      const back = key === 'z' && !event.shiftKey;
      void (back ? source.undo() : source.redo()).then((result) => {
        if (result.ok) notify({ tone: 'info', title: `${back ? 'Undone' : 'Done again'}: ${result.value.label}` });
        else notify({ tone: 'warn', title: problemsText(result.problems) });
      });
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [source]);
}
