/**
 * The look as one Mantine theme. Greys are cool and quiet so that colour on the board always means something:
 * a service, a state, a warning. Component sizes are small because coordinators read hundreds of cards a day.
 */
import { ActionIcon, Badge, Button, createTheme, Input, type MantineColorsTuple, Modal, Tooltip } from '@mantine/core';

const heron: MantineColorsTuple = [
  '#ecf5f8',
  '#d8e9ef',
  '#b2d4e0',
  '#86bbcd',
  '#5ea4bb',
  '#3f8da7',
  '#2a7893',
  '#1f6780',
  '#1b5569',
  '#123e4d',
];

const chestnut: MantineColorsTuple = [
  '#fbf1eb',
  '#f3dfd3',
  '#e6bfa8',
  '#d89b79',
  '#c97d54',
  '#b5683f',
  '#9f5934',
  '#86492a',
  '#6d3b22',
  '#512b18',
];

const gray: MantineColorsTuple = [
  '#f7f8f9',
  '#f0f2f4',
  '#e5e8eb',
  '#d7dce0',
  '#bcc3ca',
  '#98a2ab',
  '#6d7883',
  '#515c66',
  '#363f48',
  '#1d242b',
];

const dark: MantineColorsTuple = [
  '#dfe4e8',
  '#bcc4cc',
  '#98a3ad',
  '#717d88',
  '#444e58',
  '#333b44',
  '#262d34',
  '#191e23',
  '#13171b',
  '#0d1013',
];

/** A browser writes what a field holds into its session files, in clear, unless the field says no. */
const notKept = { autoComplete: 'off' };

export const theme = createTheme({
  primaryColor: 'heron',
  primaryShade: { light: 7, dark: 6 },
  colors: { heron, chestnut, gray, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: { fontWeight: '620', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' }, styles: { label: { fontWeight: 560 } } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 30 } }),
    Input: Input.extend({ defaultProps: { ...notKept } }),
    InputWrapper: Input.Wrapper.extend({
      styles: { label: { marginBottom: 3, fontWeight: 560 }, error: { color: 'var(--ff-bad)' } },
    }),
    Badge: Badge.extend({ styles: { root: { textTransform: 'none', fontWeight: 560, letterSpacing: 0 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 350, withArrow: false, fz: 'xs', multiline: true, maw: 320 },
    }),
    Modal: Modal.extend({
      defaultProps: {
        overlayProps: { backgroundOpacity: 0.35, blur: 1 },
        radius: 'lg',
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontSize: '1rem', fontWeight: 620 } },
    }),
  },
});
