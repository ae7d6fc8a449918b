"""The portal's line icons: the inside of a 24 by 24 SVG for each name, drawn for this project.

Icons only accompany words; they are hidden from screen readers. This module must not hold anything but drawings.
"""

ICONS: dict[str, str] = {
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "cross": '<path d="M6.5 6.5l11 11m0-11l-11 11"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.1"/>',
    "success": '<circle cx="12" cy="12" r="9"/><path d="M8 12.3l2.8 2.8L16 9.5"/>',
    "warning": '<path d="M12 3.5L21.5 20h-19z"/><path d="M12 10v4.5m0 2.6v.1"/>',
    "danger": '<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z"/><path d="M12 7.5v5.5m0 3v.1"/>',
    "hold": '<circle cx="12" cy="12" r="9"/><path d="M9.7 8.5v7m4.6-7v7"/>',
    "neutral": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.5 2"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="1.5"/><path d="M3.5 10h17M8 3v4m8-4v4"/>',
    "prescriber": '<path d="M6 3.5v5a4 4 0 0 0 8 0v-5M10 12.500v3.500a4.5 4.5 0 0 0 9 0v-2"/>'
    '<circle cx="19" cy="11.5" r="2.2"/><path d="M4.5 3.500h3m5 0h3"/>',
    "patient": '<circle cx="12" cy="7.5" r="4"/><path d="M4 20.500c.6-4.5 3.8-7 8-7s7.4 2.5 8 7"/>',
    "pharmacy": '<rect x="2.5" y="8" width="19" height="8" rx="4" transform="rotate(-40 12 12)"/>'
    '<path d="M9.5 9l5 6"/>',
    "program": '<path d="M12 3l8 3v5.5c0 4.5-3.2 7.8-8 9.5-4.8-1.7-8-5-8-9.5V6z"/><path d="M8.8 12l2.3 2.3 4.2-4.5"/>',
    "arrow": '<path d="M4.5 12h15m-6-6l6 6-6 6"/>',
    "back": '<path d="M19.5 12h-15m6-6l-6 6 6 6"/>',
    "plus": '<path d="M12 5v14m-7-7h14"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.500L21 21"/>',
    "print": '<path d="M7 8V3.500h10V8M7 17H3.500V8h17v9H17"/><path d="M7 14h10v6.500H7z"/>',
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="1.5"/><path d="M15.5 5V3.500h-12v12H5"/>',
    "download": '<path d="M12 3.500v12m-5-5l5 5 5-5M4 20.500h16"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="1.5"/><path d="M3.5 7l8.5 6.500L20.5 7"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="1.5"/><path d="M8 10.500V7.500a4 4 0 0 1 8 0v3"/>',
    "truck": '<path d="M2.5 6h11.500v11H9.500m-4 0h-3V6M14 10h4l3.5 3.500V17H20m-5 0h-1"/>'
    '<circle cx="7.5" cy="17.5" r="2"/><circle cx="17.5" cy="17.5" r="2"/>',
    "handover": '<path d="M3 13.500l4-2.5 5 1.500h3.500a1.6 1.6 0 0 1 0 3.200H11"/>'
    '<path d="M16 14l3.2-1.800a1.5 1.5 0 0 1 1.7 2.500L14.5 19.5 7.5 18l-4.5 1"/><path d="M9.5 4.500h7V9h-7z"/>',
    "tube": '<path d="M9 3.500h6M10 3.500V17a2.5 2.5 0 0 0 5 0V3.500M10 12h5" transform="translate(-.5)"/>',
    "list": '<path d="M9 6.500h11M9 12h11M9 17.500h11M4.5 6.500h.1M4.5 12h.1M4.5 17.500h.1"/>',
}

TONES = ("info", "success", "warning", "danger", "hold", "neutral")
