// Everything here improves a page that already works without it.
import "theme";
import "menus";
import "forms";
import "offline";
import "copies";
import "celebration";
import "dialogs";
import "live";
import "optimistic";
import "toast";
import "zones";
