import type { ComponentProps } from 'react';
import css from './button.module.css';
import { classes } from './classes';

export interface ButtonProps extends ComponentProps<'button'> {
  /** main: what the page wants one to do; plain: without a border. */
  look?: 'main' | 'plain' | undefined;
  small?: boolean;
  /** Holds one sign: it needs an aria-label. */
  square?: boolean;
}

export function Button({ look, small, square, className, type = 'button', ...props }: ButtonProps) {
  return (
    <button
      {...props}
      type={type}
      className={classes(css['button'], look && css[look], small && css['small'], square && css['square'], className)}
    />
  );
}
